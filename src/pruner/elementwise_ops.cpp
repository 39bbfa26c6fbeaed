#include "pruner/operator_functions.h"

namespace rt3d::pruner {

std::vector<at::Tensor> add(const Call& call) { return {call[0] + call[1]}; }
std::vector<at::Tensor> subtract(const Call& call) { return {call[0] - call[1]}; }
std::vector<at::Tensor> multiply(const Call& call) { return {call[0] * call[1]}; }
std::vector<at::Tensor> divide(const Call& call) { return {call[0] / call[1]}; }
std::vector<at::Tensor> pass_on(const Call& call) { return {call[0]}; }
std::vector<at::Tensor> rectify(const Call& call) { return {at::relu(call[0])}; }
std::vector<at::Tensor> sigmoid(const Call& call) { return {at::sigmoid(call[0])}; }
std::vector<at::Tensor> tanh(const Call& call) { return {at::tanh(call[0])}; }

std::vector<at::Tensor> leaky_relu(const Call& call) {
  return {at::leaky_relu(call[0], call.node.attributes.real("alpha", 0.01))};
}

std::vector<at::Tensor> hard_sigmoid(const Call& call) {
  const double alpha = call.node.attributes.real("alpha", 0.2), beta = call.node.attributes.real("beta", 0.5);
  return {at::clamp(call[0] * alpha + beta, 0, 1)};
}

std::vector<at::Tensor> hard_swish(const Call& call) {
  return {call[0] * at::clamp(call[0] / 6 + 0.5, 0, 1)};
}

std::vector<at::Tensor> clip(const Call& call) {
  at::Tensor result = call[0];
  if (call.has(1)) result = at::maximum(result, call[1].reshape({}));
  if (call.has(2)) result = at::minimum(result, call[2].reshape({}));
  return {result};
}

// Before opset 13 the input counts as a matrix whose columns start at the axis (graph/onnx/upgrade.h).
std::vector<at::Tensor> softmax(const Call& call) {
  const at::Tensor& x = call[0];
  std::int64_t axis = call.node.attributes.integer("axis", -1);
  if (axis < 0) axis += x.dim();
  if (call.node.attributes.integer("flattened", 0) == 0) return {at::softmax(x, axis)};
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < axis; ++i) rows *= x.size(i);
  return {at::softmax(x.reshape({rows, -1}), 1).reshape(x.sizes())};
}

}  // namespace rt3d::pruner
