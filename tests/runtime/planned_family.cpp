#include "runtime/planned_family.h"

#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"
#include "runtime/planning/planner.h"

namespace rt3d::tests {

void PlannedFamily::take_from_plan(const graph::Graph& graph, const kernels::Target& target) {
  ThreadPool pool(target.threads);
  const runtime::Devices devices("cpu", target, pool);
  runtime::TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  const runtime::Program program = runtime::make_program(graph, {devices, tuning, db});
  taken.clear();
  for (const runtime::Step& step : program.plan.steps)
    if (const runtime::Choice& c = program.plan.choice_of(step); c.problem.op != kernels::kReorder)
      taken.try_emplace(c.text, Taken{c.family, c.schedule});
}

PlannedFamily& planned_family() {
  static PlannedFamily family;
  return family;
}

const runtime::DeviceRow& planned_device() {
  static const runtime::DeviceRow device{
      "planned", "",
      []() -> std::span<const kernels::KernelFamily* const> {
        static const kernels::KernelFamily* const all[] = {&planned_family()};
        return all;
      },
      kernels::copy::families, kernels::ref::family};
  return device;
}

}  // namespace rt3d::tests
