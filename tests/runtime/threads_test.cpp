// Whole models give the same bits with every number of threads, where the schedules are the same: which ones are chosen depends on the
// threads.
#include <doctest/doctest.h>

#include <cstring>

#include "base/random.h"
#include "runtime/fixture_models.h"
#include "runtime/planned_family.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using Bytes = std::vector<std::byte>;

// The outputs of the plan that planned_family() holds.
std::vector<Bytes> outputs(const graph::Graph& graph, const std::vector<Tensor>& inputs, int threads) {
  const kernels::Target target{this_device(), threads};
  ThreadPool pool(threads);
  const Devices devices({&tests::planned_device()}, target, pool);
  TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  Program program = make_program(graph, {devices, tuning, db});
  Executor executor(program, devices);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(executor.address(program.plan.inputs[i]), inputs[i].bytes().data(), inputs[i].bytes().size());
  executor.run();
  std::vector<Bytes> all;
  for (const PlanOutput& output : program.plan.outputs) {
    if (output.location.storage == kNoStorage) continue;
    const TensorDesc& desc = output.location.desc;
    const std::byte* at = executor.address(output.location);
    all.emplace_back(at, at + desc.shape.elements() * static_cast<std::int64_t>(dtype_bytes(desc.dtype)));
  }
  return all;
}

}  // namespace

TEST_CASE("models give the same bits with every number of threads [slow: asan tsan aarch64]") {
  tests::PlannedFamily& planned = tests::planned_family();
  planned.shares_all = true;
  int compared = 0;
  for (const std::filesystem::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    const graph::Graph graph = tests::optimized_model(folder);
    const std::vector<Tensor> inputs = tests::uniform_inputs(graph);
    planned.take_from_plan(graph, {this_device(), 8});
    const std::vector<Bytes> one = outputs(graph, inputs, 1);
    for (const int threads : {2, 3, 5, 8}) {
      CAPTURE(threads);
      const bool same = outputs(graph, inputs, threads) == one;
      CHECK(same);
      compared += static_cast<int>(one.size());
    }
  }
  planned.shares_all = false;
  CHECK(compared >= 29 * 4);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
