// From the graph's words to the kernels': a node as a Problem.
#pragma once

#include <string>

#include "graph/graph.h"
#include "kernels/problem.h"

namespace rt3d::runtime {

// The problem of a node of a specialised graph; constants are marked. Throws invalid_model, naming the node, when a shape is not
// known.
kernels::Problem problem_of(const graph::Graph& graph, const graph::Node& node);

// "Conv 'layer1/conv'" for messages.
std::string describe(const graph::Node& node);

}  // namespace rt3d::runtime
