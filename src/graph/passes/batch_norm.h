// A BatchNormalization of inference as y = x·scale + shift per channel.
#pragma once

#include <optional>
#include <vector>

#include "graph/passes/editor.h"

namespace rt3d::graph {

struct ChannelAffine {
  std::vector<double> scale, shift;
};

std::optional<ChannelAffine> batch_norm_affine(Editor& editor, const Node& node);  // nullopt unless all is constant

}  // namespace rt3d::graph
