// One walk over a graph's nodes in order, for whoever computes something of every value: tensors (an oracle), a framework's tensors (a
// trainer), ranges (calibration), bounds of errors. Values are let go as soon as nothing needs them any more, so that a walk holds
// what a run would hold and not every value of the model. Not thread-safe beyond what `compute` is; the graph is only read.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "graph/graph.h"

namespace rt3d::graph {

// Calls, for each node in the graph's order,
//   std::vector<T> compute(const Node& node, std::span<const T* const> inputs)
// which gets one pointer per input of the node (nullptr: absent) and gives one T per output. The graph's inputs are `inputs`; constants
// are made by
//   T constant(ValueId id, const Tensor& tensor)
// when the first node that reads them is reached. Returns one T per output of the graph, which may be inputs and constants, too. T is
// copyable; a value is copied only where the graph gives it as an output several times. Throws invalid_argument when `inputs` are not
// as many as the graph's, internal when a node reads a value that nothing made, or `compute` gives too few; and what the two throw.
template <typename T, typename Constant, typename Compute>
std::vector<T> walk(const Graph& graph, std::vector<T> inputs, const Constant& constant,
                    const Compute& compute) {
  if (inputs.size() != graph.inputs.size())
    fail(Code::invalid_argument, "the graph has ", graph.inputs.size(), " inputs but ", inputs.size(),
         " were given");
  const auto at = [](ValueId id) { return static_cast<std::size_t>(id); };
  std::vector<std::size_t> reads(graph.value_count());  // that are still to come
  for (const Node& node : graph.nodes)
    for (const ValueId id : node.inputs)
      if (id != kNoValue) ++reads[at(id)];
  for (const ValueId id : graph.outputs) ++reads[at(id)];

  std::vector<std::optional<T>> values(graph.value_count());
  const auto keep = [&](ValueId id, T value) {
    if (id != kNoValue && reads[at(id)] > 0) values[at(id)].emplace(std::move(value));
  };
  const auto read = [&](ValueId id, std::string_view reader) -> const T& {
    std::optional<T>& value = values[at(id)];
    if (const Tensor* tensor = graph.constant(id); tensor && !value) value.emplace(constant(id, *tensor));
    if (!value) fail(Code::internal, reader, " needs '", graph.value(id).name, "', which nothing made");
    return *value;
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) keep(graph.inputs[i], std::move(inputs[i]));
  for (const Node& node : graph.nodes) {
    std::vector<const T*> operands;
    for (const ValueId id : node.inputs) operands.push_back(id == kNoValue ? nullptr : &read(id, node.op));
    std::vector<T> results = compute(node, std::span<const T* const>(operands));
    if (results.size() < node.outputs.size())
      fail(Code::internal, node.op, " '", node.name, "' has ", node.outputs.size(), " outputs, but ",
           results.size(), " were computed");
    for (const ValueId id : node.inputs)
      if (id != kNoValue && --reads[at(id)] == 0) values[at(id)].reset();
    for (std::size_t i = 0; i < node.outputs.size(); ++i) keep(node.outputs[i], std::move(results[i]));
  }
  std::vector<T> outputs;
  for (const ValueId id : graph.outputs) {
    read(id, "the graph");
    if (--reads[at(id)] == 0)
      outputs.push_back(std::move(*values[at(id)]));
    else
      outputs.push_back(*values[at(id)]);
  }
  return outputs;
}

}  // namespace rt3d::graph
