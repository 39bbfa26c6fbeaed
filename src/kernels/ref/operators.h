// The operators' functions, by the file that has them; see operation.h for what a prepare_ function does.
#pragma once

#include "kernels/ref/operation.h"

namespace rt3d::kernels::ref {

Operation prepare_conv(const Problem& problem);              // conv.cpp
Operation prepare_transformed_conv(const Problem& problem);  // conv_transformed.cpp
Operation prepare_max_pool(const Problem& problem);          // pool.cpp
Operation prepare_average_pool(const Problem& problem);
Operation prepare_gemm(const Problem& problem);  // matmul.cpp
Operation prepare_matmul(const Problem& problem);
Operation prepare_arithmetic(const Problem& problem);  // binary.cpp: two inputs, broadcast
Operation prepare_extremum(const Problem& problem);    // binary.cpp: any number of inputs, broadcast
Operation prepare_comparison(const Problem& problem);  // logic.cpp
Operation prepare_logic(const Problem& problem);
Operation prepare_not(const Problem& problem);
Operation prepare_where(const Problem& problem);
Operation prepare_activation(const Problem& problem);  // unary.cpp: Activation and ONNX's named ones
Operation prepare_clip(const Problem& problem);
Operation prepare_math(const Problem& problem);
Operation prepare_cast(const Problem& problem);
Operation prepare_batch_normalization(const Problem& problem);  // normalize.cpp
Operation prepare_softmax(const Problem& problem);
Operation prepare_reduce(const Problem& problem);  // reduce.cpp
Operation prepare_global_pool(const Problem& problem);
Operation prepare_copy(const Problem& problem);  // shapes.cpp: same elements, other shape
Operation prepare_reorder(const Problem& problem);
Operation prepare_dropout(const Problem& problem);
Operation prepare_shape(const Problem& problem);
Operation prepare_size(const Problem& problem);
Operation prepare_range(const Problem& problem);
Operation prepare_constant_of_shape(const Problem& problem);
Operation prepare_concat(const Problem& problem);  // move.cpp
Operation prepare_split(const Problem& problem);
Operation prepare_transpose(const Problem& problem);
Operation prepare_expand(const Problem& problem);
Operation prepare_slice(const Problem& problem);  // slice.cpp
Operation prepare_pad(const Problem& problem);    // gather.cpp: elements looked up axis by axis
Operation prepare_tile(const Problem& problem);
Operation prepare_gather(const Problem& problem);

}  // namespace rt3d::kernels::ref
