// Plans of several engines, run in the order of the devices named: what which engine computed, and what came out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "graph/graph.h"
#include "kernels/family.h"
#include "runtime/devices/devices.h"

namespace rt3d::tests {

struct MixedRun {
  std::vector<std::vector<std::byte>> outputs;        // of the second run, in memory that the first has used
  std::vector<std::string> device_steps, host_steps;  // problems in the plan's order, without copies
  int crossings = 0;                                  // copies that the device makes
};

// Untuned, with two threads, at this accuracy.
MixedRun run_plan(const graph::Graph& graph, const std::vector<runtime::NamedDevice>& devices,
                  const std::vector<Tensor>& inputs,
                  kernels::Accuracy accuracy = kernels::Accuracy::standard);

// Of two outputs of floats, the largest relative to b's largest value; infinite where NaNs are.
double difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b);

}  // namespace rt3d::tests
