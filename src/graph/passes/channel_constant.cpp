// See channel_constant.h.
#include "graph/passes/channel_constant.h"

#include <algorithm>
#include <cmath>

namespace rt3d::graph {
namespace {

constexpr std::size_t kSmall = std::size_t{64} << 10;

// f32 weights with row i of dimension 0 times scale[i]. The product of large ones is made when somebody reads it: until then they stay
// where they are, in a file perhaps. Factors that make numbers zero or none act now, because passes look for zeros.
Tensor scaled_rows(const Tensor& weights, const std::vector<double>& scale) {
  const bool keeps_zeros =
      std::all_of(scale.begin(), scale.end(), [](double s) { return s != 0 && std::isfinite(s); });
  const Tensor product = weights.rows_scaled(scale);
  return keeps_zeros && weights.byte_count() > kSmall ? product : product.in_memory();
}

}  // namespace

std::optional<std::vector<double>> channel_constant(Editor& editor, ValueId id, const Shape& shape,
                                                    int axis) {
  const Tensor* tensor = editor.floats(id);
  if (!tensor) return std::nullopt;
  const auto channels = static_cast<std::size_t>(shape[axis]);
  const auto values = tensor->values<float>();
  if (tensor->shape().rank() > shape.rank()) return std::nullopt;
  if (values.size() == 1) return std::vector<double>(channels, values[0]);
  for (int i = 1; i <= tensor->shape().rank(); ++i) {
    const bool channel = shape.rank() - i == axis;
    const std::int64_t d = tensor->shape()[tensor->shape().rank() - i];
    if (d != (channel ? shape[axis] : 1)) return std::nullopt;
  }
  if (values.size() != channels) return std::nullopt;
  return std::vector<double>(values.begin(), values.end());
}

std::optional<std::vector<double>> bias_of(Editor& editor, const Node& node, std::int64_t channels) {
  if (node.inputs.size() < 3 || node.inputs[2] == kNoValue)
    return std::vector<double>(static_cast<std::size_t>(channels), 0.0);
  const Tensor* bias = editor.floats(node.inputs[2]);
  if (!bias || bias->elements() != channels) return std::nullopt;
  const auto values = bias->values<float>();
  return std::vector<double>(values.begin(), values.end());
}

void scale_weights(Editor& editor, Node& node, const std::vector<double>& bias,
                   const std::vector<double>& scale, const std::vector<double>& shift) {
  const std::string stem = editor.graph.value(node.outputs[0]).name;
  const std::size_t channels = scale.size();
  if (!std::all_of(scale.begin(), scale.end(), [](double s) { return s == 1; })) {
    const Tensor weights = scaled_rows(editor.take(node.inputs[1]), scale);
    const auto transformed = editor.graph.value(node.inputs[1]).transformed;
    node.inputs[1] = editor.constant(stem + ".w", weights);
    if (transformed)  // a factor per output channel commutes with the transform
      editor.graph.value(node.inputs[1]).transformed = std::make_shared<const TransformedWeights>(
          TransformedWeights{transformed->name, transformed->tile, scaled_rows(transformed->values, scale)});
  }
  std::vector<float> folded(channels);
  for (std::size_t c = 0; c < channels; ++c) folded[c] = static_cast<float>(bias[c] * scale[c] + shift[c]);
  if (node.inputs.size() < 3) node.inputs.resize(3, kNoValue);
  const Shape shape{static_cast<std::int64_t>(channels)};
  node.inputs[2] = editor.constant(stem + ".b", Tensor::of<float>(DType::f32, shape, folded));
}

}  // namespace rt3d::graph
