// Seeded random graphs of the operators that a file may bring, in the words of ONNX: chains, residual connections, branches that
// are joined, gates, several outputs, odd sizes. Shapes are known; constants are the graph's own.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace rt3d::tests {

// The same graph for a seed everywhere.
graph::Graph random_graph(std::uint64_t seed);

// A tensor per input. With `extremes` some of the numbers are NaN, infinite, near the largest finite ones, or denormal.
std::vector<Tensor> random_inputs(const graph::Graph& graph, std::uint64_t seed, bool extremes);

// The graph without its last node, whose inputs become outputs; the same graph when it has one node only.
graph::Graph without_last_node(const graph::Graph& graph);

}  // namespace rt3d::tests
