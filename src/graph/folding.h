// Constant folding of one node.
#pragma once

#include "graph/model.h"

namespace rt3d::graph {

// When the node's outputs can be known now, makes them constants and returns true: Shape and Size of known shapes, Identity
// and Dropout of constants (shared, not copied), any other operator of constants by `evaluate`, up to 64 MiB of results.
// The node itself is left to the caller to erase.
bool fold_node(Graph& graph, const Node& node, const Evaluator& evaluate);

}  // namespace rt3d::graph
