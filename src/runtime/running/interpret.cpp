#include "runtime/running/interpret.h"

#include "base/error.h"
#include "graph/walk.h"
#include "runtime/planning/node_problem.h"
#include "runtime/running/onnx_compute.h"

namespace rt3d::runtime {

std::vector<Tensor> interpret(const graph::Graph& graph, std::span<const Tensor> inputs) {
  for (std::size_t i = 0; i < inputs.size() && i < graph.inputs.size(); ++i)
    if (const graph::Value& value = graph.value(graph.inputs[i]); inputs[i].desc() != value.desc)
      fail(Code::invalid_argument, "input '", value.name, "' is ", value.desc.shape.text(), ", not ",
           inputs[i].shape().text());
  return graph::walk(
      graph, std::vector<Tensor>(inputs.begin(), inputs.end()),
      [](graph::ValueId, const Tensor& tensor) { return tensor.aligned_copy(); },
      [&](const graph::Node& node, std::span<const Tensor* const> operands) {
        const kernels::Problem problem = problem_of(graph, node);
        std::vector<Tensor> tensors;
        for (std::size_t i = 0; i < problem.inputs.size(); ++i)
          tensors.push_back(operands[i] ? *operands[i] : Tensor());
        return compute_onnx(problem, tensors);
      });
}

}  // namespace rt3d::runtime
