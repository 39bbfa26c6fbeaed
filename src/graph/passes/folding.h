// Constant folding of one node, and what it may cost. A file of a kilobyte can describe gigabytes of
// constants (ConstantOfShape, Expand, Tile, chains of them), so that memory and time are limited by the size
// of the model's own constants.
#pragma once

#include "graph/model.h"

namespace rt3d::graph {

// By the bytes of the graph's constants, each counted once however many views there are of it: 4 times these
// bytes of results that are kept and 64 times of work, and at least what is enough for the shape arithmetic
// and masks of a model without weights.
FoldingBudget folding_budget(const Graph& graph);

// When the node's outputs can be known now and the graph's budget allows it, makes them constants and returns
// true: Shape and Size of known shapes, Identity and Dropout of constants (shared, not copied), any other
// operator of constants by `evaluate`. The node itself is left to the caller to erase. Throws unsupported,
// with the sizes, where a result is beyond the budget that nothing else could compute.
bool fold_node(Graph& graph, const Node& node, const Evaluator& evaluate);

}  // namespace rt3d::graph
