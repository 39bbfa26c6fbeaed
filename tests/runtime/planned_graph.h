// Runs a graph given as text in the normal form through planner and executor, to compare with interpret().
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "base/random.h"
#include "graph/graph.h"
#include "kernels/reorder_problem.h"
#include "runtime/devices/devices.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"

namespace rt3d::test {

inline Tensor random_tensor(const TensorDesc& desc, std::uint64_t seed) {
  Tensor t = Tensor::allocate(desc);
  Random random(seed);
  for (float& v : t.mutable_values<float>()) v = random.uniform(-1, 1);
  return t;
}

inline std::vector<Tensor> random_inputs(const graph::Graph& graph, std::uint64_t seed) {
  std::vector<Tensor> inputs;
  for (graph::ValueId id : graph.inputs)
    inputs.push_back(random_tensor(graph.value(id).desc, seed + inputs.size()));
  return inputs;
}

struct PlannedGraph {
  explicit PlannedGraph(const std::string& text, const std::string& device = "cpu", int threads = 2)
      : PlannedGraph(graph::parse_graph(text), device, threads) {}

  PlannedGraph(graph::Graph parsed, const std::string& device, int threads)
      : graph(std::move(parsed)),
        target{this_device(), threads},
        pool(threads),
        devices(device, target, pool),
        db({}) {
    runtime::TuningOptions tuning;
    tuning.mode = tuner::Mode::off;
    program = runtime::make_program(graph, {devices, tuning, db});
    executor.emplace(program, devices);
  }

  std::vector<Tensor> run(const std::vector<Tensor>& inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i)
      std::memcpy(executor->address(plan.inputs[i]), inputs[i].bytes().data(), inputs[i].bytes().size());
    executor->run();
    std::vector<Tensor> outputs;
    for (const runtime::PlanOutput& output : plan.outputs) {
      Tensor t = Tensor::allocate(output.location.desc);
      const std::byte* from = output.location.storage == runtime::kNoStorage
                                  ? output.constant.bytes().data()
                                  : executor->address(output.location);
      std::memcpy(t.mutable_data(), from, t.bytes().size());
      outputs.push_back(std::move(t));
    }
    return outputs;
  }

  int reorders() const {
    int count = 0;
    for (const runtime::Step& step : plan.steps)
      count += plan.choice_of(step).problem.op == kernels::kReorder;
    return count;
  }

  graph::Graph graph;
  kernels::Target target;
  ThreadPool pool;
  runtime::Devices devices;
  tuner::TuningDb db;
  runtime::Program program;
  const runtime::Plan& plan = program.plan;
  std::optional<runtime::Executor> executor;
};

// The largest difference relative to the largest reference value.
inline double relative_error(const Tensor& got, const Tensor& want) {
  if (got.desc() != want.desc()) return 1e30;
  double worst = 0, scale = 1e-30;
  const auto a = got.values<float>(), b = want.values<float>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::fabs(a[i] - b[i]) < 1e30)) return 1e30;
    worst = std::max<double>(worst, std::fabs(a[i] - b[i]));
    scale = std::max<double>(scale, std::fabs(b[i]));
  }
  return worst / scale;
}

}  // namespace rt3d::test
