// The layers of a graph that multiply by weights, as whoever prunes it looks at them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace rt3d::pruning {

inline constexpr double kClose = 1e-3;  // of the wanted multiply-accumulates

struct Layer {
  int node = 0;  // index into the graph's nodes
  std::string name;
  graph::ValueId weights = graph::kNoValue;  // [oc, ic per group, kernel…] or, of a linear layer, [oc, ic]
  std::int64_t macs = 0;
  bool linear = false;  // Gemm
  std::string stays;    // why it is not pruned: "first", "last", "grouped"; "" when it may be
};

// Convolutions and linear layers in the graph's order. What reads an input of the graph stays, for it has few
// channels and sees everything; so do the last layer, which gives the classes, and convolutions in groups.
std::vector<Layer> layers_of(const graph::Graph& graph);

}  // namespace rt3d::pruning
