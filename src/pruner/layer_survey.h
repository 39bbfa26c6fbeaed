// The layers of a network as whoever prunes groups of weights looks at them (prunable_layers.h), and what becomes of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pruner/network.h"

namespace rt3d::pruner {

// What became of a layer that multiplies by weights.
struct LayerOutcome {
  std::string name;  // the node's; of the weights where it has none
  Shape weights;
  std::int64_t macs = 0, kept_macs = 0;
  std::string dense;                  // why it is not pruned; "" when it may be
  std::string scheme;                 // whose groups went; "" while none did
  std::vector<std::int64_t> removed;  // groups, by their numbers in the scheme's GroupGrid
  // Of what varies in its output, the share that the cut changes; of importance or of the weights' square, the share that went.
  double lost = 0;
  double kept() const { return macs > 0 ? static_cast<double>(kept_macs) / static_cast<double>(macs) : 1; }
};

// A convolution that may lose groups of its weights.
struct PrunableConv {
  std::size_t row = 0;           // in LayerSurvey::rows
  int node = 0;                  // index into the graph's nodes
  Parameter* weights = nullptr;  // those that may lose groups
  bool transformed = false;      // into Winograd's domain
  Parameter* bias = nullptr;     // its own; nullptr: none, or one that others read, too
  bool constant =
      false;  // something takes up a change of its output's mean: the bias, or a normalisation behind
};

// Whether a BatchNormalization alone reads what the node computes.
bool is_normalized(const graph::Graph& graph, const graph::Graph::Uses& uses, const graph::Node& node);

struct LayerSurvey {
  std::vector<LayerOutcome> rows;  // layers that multiply by weights, in the graph's order
  std::vector<PrunableConv> convs;
  std::int64_t macs = 0;  // of all rows
};

// prunable_layers.h says which stay dense, and what is thrown.
LayerSurvey survey_layers(Network& network, const std::vector<std::string>& keep_dense);

}  // namespace rt3d::pruner
