// The last look at the graph: only operations of README.md are left, and weights are constant.
#include <algorithm>

#include "base/error.h"
#include "graph/passes/pass.h"

namespace rt3d::graph {
namespace {

// As in README.md.
constexpr std::string_view kOps[] = {
    "Activation",        "Add",           "AveragePool", "Concat",  "Conv",     "Div", "Gemm",
    "GlobalAveragePool", "GlobalMaxPool", "MatMul",      "MaxPool", "Mul",      "Pad", "ReduceMean",
    "Reshape",           "Slice",         "Softmax",     "Sub",     "Transpose"};

}  // namespace

void check_normal_form(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    if (std::find(std::begin(kOps), std::end(kOps), node.op) == std::end(kOps))
      fail(Code::unsupported, "node ", node_text(graph, node),
           " cannot be computed in this form (are its weights, axes and limits constant?)");
    if (node.op != "Conv" && node.op != "Gemm") continue;
    if (!graph.constant(node.inputs[1]) ||
        (node.inputs.size() > 2 && node.inputs[2] != kNoValue && !graph.constant(node.inputs[2])))
      fail(Code::unsupported, "node ", node_text(graph, node),
           " has weights that are computed by the model; only constant ones are supported");
  }
}

}  // namespace rt3d::graph
