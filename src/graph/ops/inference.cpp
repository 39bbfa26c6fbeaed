// See inference.h.
#include "graph/ops/inference.h"

#include <algorithm>

namespace rt3d::graph {

const TensorDesc& Inference::desc(std::size_t i) const {
  if (!has(i)) fail(Code::invalid_model, "input ", i, " is missing");
  return graph.value(node.inputs[i]).desc;
}

std::vector<std::int64_t> Inference::integers(std::size_t i) const {
  desc(i);
  const Tensor* tensor = graph.constant(node.inputs[i]);
  if (!tensor)
    fail(Code::unsupported, "input ", i, " ('", graph.value(node.inputs[i]).name, "') must be known when the model is loaded");
  if (tensor->shape().rank() > 1 || tensor->elements() > 4096)
    fail(Code::invalid_model, "input ", i, " is no list of integers but ", tensor->shape().text());
  return tensor->to_int64();
}

void Inference::require_same_dtype() const {
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    if (has(i) && desc(i).dtype != desc(0).dtype)
      fail(Code::invalid_model, "inputs of types ", dtype_name(desc(0).dtype), " and ", dtype_name(desc(i).dtype));
}

void Inference::require_inputs(std::size_t least, std::size_t most) const {
  if (node.inputs.size() < least || node.inputs.size() > most)
    fail(Code::invalid_model, node.inputs.size(), " inputs, expected ", least, " to ", most);
  for (std::size_t i = 0; i < least; ++i) desc(i);
}

Shape broadcast(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  std::vector<std::int64_t> dims(static_cast<std::size_t>(rank));
  for (int i = 1; i <= rank; ++i) {
    const std::int64_t x = i <= a.rank() ? a[a.rank() - i] : 1;
    const std::int64_t y = i <= b.rank() ? b[b.rank() - i] : 1;
    if (x != y && x != 1 && y != 1) fail(Code::invalid_model, "shapes ", a.text(), " and ", b.text(), " do not broadcast");
    dims[static_cast<std::size_t>(rank - i)] = x == 1 ? y : x;
  }
  return Shape(std::move(dims));
}

}  // namespace rt3d::graph
