#include "runtime/interpret.h"

#include "base/error.h"
#include "runtime/node_problem.h"
#include "runtime/onnx_compute.h"

namespace rt3d::runtime {

std::vector<Tensor> interpret(const graph::Graph& graph, std::span<const Tensor> inputs) {
  if (inputs.size() != graph.inputs.size())
    fail(Code::invalid_argument, "the graph has ", graph.inputs.size(), " inputs but ", inputs.size(),
         " were given");
  std::vector<Tensor> values(graph.value_count());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (const Tensor* constant = graph.constant(static_cast<graph::ValueId>(i)))
      values[i] = constant->aligned_copy();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const graph::Value& value = graph.value(graph.inputs[i]);
    if (inputs[i].desc() != value.desc)
      fail(Code::invalid_argument, "input '", value.name, "' is ", value.desc.shape.text(), ", not ",
           inputs[i].shape().text());
    values[static_cast<std::size_t>(graph.inputs[i])] = inputs[i];
  }
  for (const graph::Node& node : graph.nodes) {
    const kernels::Problem problem = problem_of(graph, node);
    std::vector<Tensor> operands;
    for (std::size_t i = 0; i < problem.inputs.size(); ++i)
      operands.push_back(problem.inputs[i].absent ? Tensor()
                                                  : values[static_cast<std::size_t>(node.inputs[i])]);
    std::vector<Tensor> results = compute_onnx(problem, operands);
    for (std::size_t i = 0; i < results.size(); ++i)
      values[static_cast<std::size_t>(node.outputs[i])] = std::move(results[i]);
  }
  std::vector<Tensor> outputs;
  for (graph::ValueId id : graph.outputs) outputs.push_back(values[static_cast<std::size_t>(id)]);
  return outputs;
}

}  // namespace rt3d::runtime
