// Runs a graph node by node on the reference backend: slow, simple, and what whole-model tests compare sessions with.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace rt3d::runtime {

// One tensor per graph input, as the graph declares them; returns one per graph output. All shapes must be known. Throws
// invalid_argument when the inputs do not fit. Takes graphs at any stage: as imported, half optimised, in the normal form.
std::vector<Tensor> interpret(const graph::Graph& graph, std::span<const Tensor> inputs);

}  // namespace rt3d::runtime
