#include "runtime/mixed_plan.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/reorder_problem.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"

namespace rt3d::tests {

using namespace runtime;

MixedRun run_plan(const graph::Graph& graph, const std::vector<NamedDevice>& named,
                  const std::vector<Tensor>& inputs, kernels::Accuracy accuracy) {
  const kernels::Target target{this_device(), 2, accuracy};
  ThreadPool pool(target.threads);
  const Devices devices(named, target, pool);
  TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  Program program = make_program(graph, {devices, tuning, db});
  Executor executor(program, devices);
  MixedRun ran;
  for (const Step& step : program.plan.steps) {
    const Choice& choice = program.plan.choice_of(step);
    const bool device = choice.engine->space() == kernels::Space::device;
    if (choice.problem.op == kernels::kReorder)
      ran.crossings += device ? 1 : 0;
    else
      (device ? ran.device_steps : ran.host_steps).push_back(choice.text);
  }
  for (int again = 0; again < 2; ++again) {
    ran.outputs.clear();
    for (std::size_t i = 0; i < inputs.size(); ++i)
      std::memcpy(executor.address(program.plan.inputs[i]), inputs[i].bytes().data(),
                  inputs[i].bytes().size());
    executor.run();
    for (const PlanOutput& output : program.plan.outputs) {
      if (output.location.storage == kNoStorage) continue;
      const TensorDesc& desc = output.location.desc;
      const std::byte* at = executor.address(output.location);
      ran.outputs.emplace_back(
          at, at + desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype)));
    }
  }
  return ran;
}

double difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0, scale = 1e-30;
  for (std::size_t at = 0; at + sizeof(float) <= a.size(); at += sizeof(float)) {
    float x = 0, y = 0;
    std::memcpy(&x, a.data() + at, sizeof x);
    std::memcpy(&y, b.data() + at, sizeof y);
    const double d = std::fabs(static_cast<double>(x) - static_cast<double>(y));
    worst = std::max(worst, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
    scale = std::max(scale, std::fabs(static_cast<double>(y)));
  }
  return worst / scale;
}

}  // namespace rt3d::tests
