// Constants that act per channel, and the rescaling of weights by them.
#pragma once

#include <optional>
#include <vector>

#include "graph/passes/editor.h"

namespace rt3d::graph {

// `id` as one number per index of dimension `axis` of `shape`, when it is a constant that broadcasts to
// exactly that.
std::optional<std::vector<double>> channel_constant(Editor& editor, ValueId id, const Shape& shape, int axis);

// The bias of a Conv or Gemm (input 2) as doubles, zeros when absent; nullopt when it is not a constant
// vector of f32.
std::optional<std::vector<double>> bias_of(Editor& editor, const Node& node, std::int64_t channels);

// y = conv(x)·scale + shift, folded into new weights (scaled along dimension 0) and a new bias, in double
// precision. The old bias is `bias`. All-ones scales leave the weights shared; large weights are scaled when they are read.
void scale_weights(Editor& editor, Node& node, const std::vector<double>& bias,
                   const std::vector<double>& scale, const std::vector<double>& shift);

}  // namespace rt3d::graph
