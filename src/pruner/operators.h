// The operators of ONNX as functions of libtorch's tensors, which autograd follows: one row per operator in operator_table.cpp.
// They compute what the runtime computes (docs/architecture.md), for any number of clips.
#pragma once

#include <ATen/ATen.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace rt3d::pruner {

// One node to be computed. Shapes in the graph are for `graph_batch` clips; `batch` are given.
struct Call {
  const graph::Graph& graph;  // all shapes known
  const graph::Node& node;
  std::span<const at::Tensor* const> inputs;  // nullptr: absent
  bool training = false;                      // batch statistics in BatchNormalization
  std::int64_t batch = 1, graph_batch = 1;

  bool has(std::size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  const at::Tensor& operator[](std::size_t i) const { return *inputs[i]; }
  const Shape& output_shape(std::size_t i = 0) const { return graph.value(node.outputs[i]).desc.shape; }
  const Shape& input_shape(std::size_t i = 0) const { return graph.value(node.inputs[i]).desc.shape; }
  // The integers of a constant input; throws unsupported when it is computed.
  std::vector<std::int64_t> integers(std::size_t i) const;
  // Throws unsupported: the node mixes clips, so that only `graph_batch` of them can be given.
  [[noreturn]] void refuse_batch() const;
  // For operations that cut along an axis by the graph's sizes: throws when it is the clips' axis and there are others than the graph's.
  void require_not_batch(std::int64_t axis) const;
};

using Compute = std::vector<at::Tensor> (*)(const Call&);

struct OperatorRow {
  std::string_view name;
  Compute compute;
};

const OperatorRow* find_operator(std::string_view name);  // nullptr: cannot be trained
std::string trainable_operators();                        // their names, comma separated

}  // namespace rt3d::pruner
