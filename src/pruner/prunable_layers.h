// Which layers of a network may lose groups of weights, and why others may not.
#pragma once

#include <string>
#include <vector>

#include "pruner/network.h"

namespace rt3d::pruner {

// A layer that multiplies by weights.
struct PrunableLayer {
  std::string name;          // the node's; of the weights where it has none
  std::string weights_name;  // of the spatial ones
  graph::ValueId weights =
      graph::kNoValue;       // what may lose groups: those in Winograd's domain where there are any
  Shape shape;               // of the weights
  bool transformed = false;  // into Winograd's domain
  std::int64_t macs = 0;
  int node = 0;       // index into the graph's nodes
  std::string dense;  // why it is not pruned; "" when it may be
};

// Which of a node's operands these weights are.
graph::ValueId pruned_operand(const graph::Node& node);

// In the graph's order. Dense stay the first and the last layer, grouped convolutions, linear layers, what shares its weights, and those
// in `keep_dense`, by the name of the node or of the weights; a name that ends in * is the beginning of names. Throws invalid_argument for
// a name of no layer, and where no layer is left.
std::vector<PrunableLayer> prunable_layers(Network& network, const std::vector<std::string>& keep_dense);

// Whether more than one operand of the graph's nodes is this parameter or a copy of it.
bool is_shared(Network& network, const Parameter& parameter);

}  // namespace rt3d::pruner
