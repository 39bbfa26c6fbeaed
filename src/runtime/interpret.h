// Runs a graph node by node on the reference backend: slow, simple, and what whole-model tests compare sessions with.
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace rt3d::runtime {

// Whose words the nodes speak: ONNX's (a specialised graph) or the normal form's (an optimised graph). They differ in Gemm.
enum class Words { onnx, normal_form };

// One tensor per graph input, as the graph declares them; returns one per graph output. All shapes must be known. Throws
// invalid_argument when the inputs do not fit.
std::vector<Tensor> interpret(const graph::Graph& graph, std::span<const Tensor> inputs,
                              Words words = Words::onnx);

}  // namespace rt3d::runtime
