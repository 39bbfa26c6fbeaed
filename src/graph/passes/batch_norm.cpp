// See batch_norm.h.
#include "graph/passes/batch_norm.h"

#include <cmath>

namespace rt3d::graph {

std::optional<ChannelAffine> batch_norm_affine(Editor& editor, const Node& node) {
  const Tensor* parts[4];
  for (std::size_t i = 0; i < 4; ++i) {
    parts[i] = editor.floats(node.inputs[i + 1]);
    if (!parts[i]) return std::nullopt;
  }
  const double epsilon = node.attributes.real("epsilon", 1e-5);
  ChannelAffine affine;
  for (std::size_t c = 0; c < parts[0]->values<float>().size(); ++c) {
    const double scale = parts[0]->values<float>()[c] / std::sqrt(parts[3]->values<float>()[c] + epsilon);
    affine.scale.push_back(scale);
    affine.shift.push_back(parts[1]->values<float>()[c] - parts[2]->values<float>()[c] * scale);
  }
  return affine;
}

}  // namespace rt3d::graph
