// What a shape inference function sees of its node: the inputs' descriptions (all known) and constants; and what it gives:
// one description per output. Inference validates everything a model can get wrong, so that later stages trust shapes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.h"
#include "graph/graph.h"

namespace rt3d::graph {

struct Inference {
  const Graph& graph;
  const Node& node;
  std::vector<TensorDesc> outputs{};

  bool has(std::size_t i) const { return i < node.inputs.size() && node.inputs[i] != kNoValue; }
  const TensorDesc& desc(std::size_t i) const;  // throws invalid_model when absent
  const Shape& shape(std::size_t i) const { return desc(i).shape; }
  int rank(std::size_t i) const { return shape(i).rank(); }
  std::vector<std::int64_t> integers(std::size_t i) const;  // a constant list; throws unsupported when not constant
  void give(DType dtype, Shape shape) { outputs.push_back({dtype, std::move(shape)}); }
  void require(bool condition, const char* what) const {
    if (!condition) fail(Code::invalid_model, what);
  }
  void require_same_dtype() const;                // of all inputs present
  void require_inputs(std::size_t least, std::size_t most) const;
};

using InferFunction = void (*)(Inference&);

// Numpy broadcasting of two shapes; throws invalid_model when they do not fit.
Shape broadcast(const Shape& a, const Shape& b);

}  // namespace rt3d::graph
