#include <algorithm>
#include <array>

#include "base/error.h"
#include "pruner/operator_functions.h"
#include "pruner/operators.h"

namespace rt3d::pruner {

namespace {

constexpr std::array kOperators = std::to_array<OperatorRow>({
    {"Add", add},
    {"AveragePool", average_pool},
    {"BatchNormalization", normalize_batch},
    {"Clip", clip},
    {"Concat", concatenate},
    {"Conv", convolve},
    {"Div", divide},
    {"Dropout", pass_on},
    {"Flatten", reshape},
    {"Gather", gather},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_average_pool},
    {"GlobalMaxPool", global_max_pool},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Identity", pass_on},
    {"LeakyRelu", leaky_relu},
    {"MatMul", matmul},
    {"MaxPool", max_pool},
    {"Mul", multiply},
    {"Pad", pad},
    {"ReduceMean", reduce_mean},
    {"Relu", rectify},
    {"Reshape", reshape},
    {"Sigmoid", sigmoid},
    {"Slice", slice},
    {"Softmax", softmax},
    {"Split", split},
    {"Squeeze", reshape},
    {"Sub", subtract},
    {"Tanh", tanh},
    {"Transpose", transpose},
    {"Unsqueeze", reshape},
});

}  // namespace

const OperatorRow* find_operator(std::string_view name) {
  const auto row = std::ranges::find(kOperators, name, &OperatorRow::name);
  return row == kOperators.end() ? nullptr : &*row;
}

std::string trainable_operators() {
  std::string names;
  for (const OperatorRow& row : kOperators) names += cat(names.empty() ? "" : ", ", row.name);
  return names;
}

std::vector<std::int64_t> Call::integers(std::size_t i) const {
  if (const Tensor* tensor = graph.constant(node.inputs[i])) return tensor->to_int64();
  fail(Code::unsupported, "node ", graph::node_text(graph, node), ": input ", i, " is no constant");
}

void Call::refuse_batch() const {
  fail(Code::unsupported, "node ", graph::node_text(graph, node), " mixes clips: the model takes ",
       graph_batch, " at a time, not ", batch);
}

void Call::require_not_batch(std::int64_t axis) const {
  const std::int64_t rank = inputs[0]->dim();
  if (batch != graph_batch && (axis < 0 ? axis + rank : axis) == 0) refuse_batch();
}

}  // namespace rt3d::pruner
