// The table of the reference backend: every operator that it computes.
#include <array>

#include "kernels/ref/operators.h"
#include "kernels/reorder_problem.h"

namespace rt3d::kernels::ref {
namespace {

constexpr auto kTable = std::to_array<Operator>({
    {"Abs", prepare_math},
    {"Activation", prepare_activation},
    {"Add", prepare_arithmetic},
    {"And", prepare_logic},
    {"AveragePool", prepare_average_pool},
    {"BatchNormalization", prepare_batch_normalization},
    {"Cast", prepare_cast},
    {"Ceil", prepare_math},
    {"Clip", prepare_clip},
    {"Concat", prepare_concat},
    {"ConstantOfShape", prepare_constant_of_shape},
    {"Conv", prepare_conv},
    {"Div", prepare_arithmetic},
    {"Dropout", prepare_dropout},
    {"Equal", prepare_comparison},
    {"Erf", prepare_math},
    {"Exp", prepare_math},
    {"Expand", prepare_expand},
    {"Flatten", prepare_copy},
    {"Floor", prepare_math},
    {"Gather", prepare_gather},
    {"Gemm", prepare_gemm},
    {"GlobalAveragePool", prepare_global_pool},
    {"GlobalMaxPool", prepare_global_pool},
    {"Greater", prepare_comparison},
    {"GreaterOrEqual", prepare_comparison},
    {"HardSigmoid", prepare_activation},
    {"HardSwish", prepare_activation},
    {"Identity", prepare_copy},
    {"LeakyRelu", prepare_activation},
    {"Less", prepare_comparison},
    {"LessOrEqual", prepare_comparison},
    {"Log", prepare_math},
    {"MatMul", prepare_matmul},
    {"Max", prepare_extremum},
    {"MaxPool", prepare_max_pool},
    {"Min", prepare_extremum},
    {"Mod", prepare_arithmetic},
    {"Mul", prepare_arithmetic},
    {"Neg", prepare_math},
    {"Not", prepare_not},
    {"Or", prepare_logic},
    {"Pad", prepare_pad},
    {"Pow", prepare_arithmetic},
    {"Range", prepare_range},
    {"Reciprocal", prepare_math},
    {"ReduceMax", prepare_reduce},
    {"ReduceMean", prepare_reduce},
    {"ReduceMin", prepare_reduce},
    {"ReduceProd", prepare_reduce},
    {"ReduceSum", prepare_reduce},
    {"Relu", prepare_activation},
    {kReorder, prepare_reorder},
    {"Reshape", prepare_copy},
    {"Shape", prepare_shape},
    {"Sigmoid", prepare_activation},
    {"Size", prepare_size},
    {"Slice", prepare_slice},
    {"Softmax", prepare_softmax},
    {"Split", prepare_split},
    {"Sqrt", prepare_math},
    {"Squeeze", prepare_copy},
    {"Sub", prepare_arithmetic},
    {"Tanh", prepare_activation},
    {"Tile", prepare_tile},
    {"Transpose", prepare_transpose},
    {"Unsqueeze", prepare_copy},
    {"Where", prepare_where},
    {"Xor", prepare_logic},
});

}  // namespace

std::span<const Operator> operator_table() { return kTable; }

}  // namespace rt3d::kernels::ref
