// The table of the reference backend: every operator that it computes.
#include <array>

#include "kernels/ref/operators.h"

namespace rt3d::kernels::ref {
namespace {

constexpr auto kTable = std::to_array<Operator>({
    {"Activation", prepare_activation},
    {"Add", prepare_arithmetic},
    {"AveragePool", prepare_average_pool},
    {"Concat", prepare_concat},
    {"Conv", prepare_conv},
    {"Div", prepare_arithmetic},
    {"Flatten", prepare_copy},
    {"Gemm", prepare_gemm},
    {"GlobalAveragePool", prepare_global_pool},
    {"GlobalMaxPool", prepare_global_pool},
    {"Identity", prepare_copy},
    {"MatMul", prepare_matmul},
    {"MaxPool", prepare_max_pool},
    {"Mul", prepare_arithmetic},
    {"ReduceMean", prepare_reduce},
    {"Reshape", prepare_copy},
    {"Squeeze", prepare_copy},
    {"Sub", prepare_arithmetic},
    {"Transpose", prepare_transpose},
    {"Unsqueeze", prepare_copy},
});

}  // namespace

std::span<const Operator> operator_table() { return kTable; }

}  // namespace rt3d::kernels::ref
