// Operators change their form between opsets: what once was an attribute is an input today. The graph keeps one form, the
// newest, in which axes, sizes and limits are inputs.
#pragma once

#include "graph/graph.h"

namespace rt3d::graph {

// Rewrites one node written for `opset`; new constants are added to the graph. Throws unsupported for forms without a
// modern meaning (training mode, spatial=0).
void upgrade_node(Graph& graph, Node& node, int opset);

}  // namespace rt3d::graph
