// See op_table.h. Opset 9 is the oldest accepted, so older operators say 9.
#include "graph/ops/op_table.h"

#include <algorithm>
#include <array>

#include "graph/ops/infer_functions.h"

namespace rt3d::graph {
namespace {

using enum OpKind;

constexpr std::array kTable = std::to_array<OpRow>({
    {"Abs", 9, constant_only, infer_unary},
    {"Activation", 9, internal, infer_unary},
    {"Add", 9, computed, infer_binary},
    {"And", 9, constant_only, infer_comparison},
    {"AveragePool", 9, computed, infer_pool},
    {"BatchNormalization", 9, computed, infer_batch_normalization},
    {"Cast", 9, constant_only, infer_cast},
    {"Ceil", 9, constant_only, infer_unary},
    {"Clip", 9, computed, infer_clip},
    {"Concat", 9, computed, infer_concat},
    {"ConstantOfShape", 9, constant_only, infer_constant_of_shape},
    {"Conv", 9, computed, infer_conv},
    {"Div", 9, computed, infer_binary},
    {"Dropout", 9, computed, infer_unary},
    {"Equal", 9, constant_only, infer_comparison},
    {"Exp", 9, constant_only, infer_unary},
    {"Expand", 9, constant_only, infer_expand},
    {"Flatten", 9, computed, infer_flatten},
    {"Floor", 9, constant_only, infer_unary},
    {"Gather", 9, computed, infer_gather},
    {"Gemm", 9, computed, infer_gemm},
    {"GlobalAveragePool", 9, computed, infer_global_pool},
    {"GlobalMaxPool", 9, computed, infer_global_pool},
    {"Greater", 9, constant_only, infer_comparison},
    {"GreaterOrEqual", 12, constant_only, infer_comparison},
    {"HardSigmoid", 9, computed, infer_unary},
    {"HardSwish", 14, computed, infer_unary},
    {"Identity", 9, computed, infer_unary},
    {"LeakyRelu", 9, computed, infer_unary},
    {"Less", 9, constant_only, infer_comparison},
    {"LessOrEqual", 12, constant_only, infer_comparison},
    {"MatMul", 9, computed, infer_matmul},
    {"Max", 9, constant_only, infer_variadic},
    {"MaxPool", 9, computed, infer_pool},
    {"Min", 9, constant_only, infer_variadic},
    {"Mod", 10, constant_only, infer_binary},
    {"Mul", 9, computed, infer_binary},
    {"Neg", 9, constant_only, infer_unary},
    {"Not", 9, constant_only, infer_unary},
    {"Or", 9, constant_only, infer_comparison},
    {"Pad", 9, computed, infer_pad},
    {"Pow", 9, constant_only, infer_binary},
    {"Range", 11, constant_only, infer_range},
    {"Reciprocal", 9, constant_only, infer_unary},
    {"ReduceMean", 9, computed, infer_reduce},
    {"ReduceProd", 9, constant_only, infer_reduce},
    {"Relu", 9, computed, infer_unary},
    {"Reshape", 9, computed, infer_reshape},
    {"Shape", 9, constant_only, infer_shape},
    {"Sigmoid", 9, computed, infer_unary},
    {"Size", 9, constant_only, infer_size},
    {"Slice", 9, computed, infer_slice},
    {"Softmax", 9, computed, infer_softmax},
    {"Split", 9, computed, infer_split},
    {"Sqrt", 9, constant_only, infer_unary},
    {"Squeeze", 9, computed, infer_squeeze},
    {"Sub", 9, computed, infer_binary},
    {"Tanh", 9, computed, infer_unary},
    {"Tile", 9, constant_only, infer_tile},
    {"Transpose", 9, computed, infer_transpose},
    {"Unsqueeze", 9, computed, infer_unsqueeze},
    {"Where", 9, constant_only, infer_where},
});

}  // namespace

std::span<const OpRow> op_table() { return kTable; }

const OpRow* find_op(std::string_view name) {
  const auto it = std::lower_bound(kTable.begin(), kTable.end(), name,
                                   [](const OpRow& row, std::string_view key) { return row.name < key; });
  return it != kTable.end() && it->name == name ? &*it : nullptr;
}

std::string supported_operators() {
  std::string out = "Constant";
  for (const OpRow& row : kTable)
    if (row.kind != internal) out += cat(", ", row.name, row.kind == constant_only ? " (of constants)" : "");
  return out;
}

void infer_node(Graph& graph, Node& node) {
  const OpRow* row = find_op(node.op);
  if (!row) fail(Code::unsupported, "operator ", node_text(graph, node), " is not supported");
  Inference inference{graph, node};
  try {
    inference.require(!node.outputs.empty(), "it has no output");
    row->infer(inference);
    for (const TensorDesc& desc : inference.outputs) {
      if (desc.shape.rank() > Shape::kMaxRank)
        fail(Code::unsupported, "a tensor of rank ", desc.shape.rank());
      desc.shape.elements();
    }
    if (inference.outputs.size() < node.outputs.size())
      fail(Code::invalid_model, node.outputs.size(), " outputs, ", inference.outputs.size(),
           " are supported");
  } catch (const Error& error) {
    fail(error.code(), "node ", node_text(graph, node), ": ", error.what());
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] == kNoValue) continue;
    Value& value = graph.value(node.outputs[i]);
    value.desc = std::move(inference.outputs[i]);
    value.shape_known = true;
  }
}

}  // namespace rt3d::graph
