// The inference functions of the op table, by file.
#pragma once

#include "graph/ops/inference.h"

namespace rt3d::graph {

// window_ops.cpp
void infer_conv(Inference& c);
void infer_pool(Inference& c);
void infer_global_pool(Inference& c);
void infer_batch_normalization(Inference& c);

// elementwise.cpp
void infer_unary(Inference& c);
void infer_clip(Inference& c);
void infer_binary(Inference& c);
void infer_comparison(Inference& c);
void infer_variadic(Inference& c);
void infer_where(Inference& c);
void infer_cast(Inference& c);
void infer_softmax(Inference& c);

// matrix_ops.cpp
void infer_gemm(Inference& c);
void infer_matmul(Inference& c);

// layout_ops.cpp
void infer_concat(Inference& c);
void infer_flatten(Inference& c);
void infer_reshape(Inference& c);
void infer_transpose(Inference& c);
void infer_squeeze(Inference& c);
void infer_unsqueeze(Inference& c);
void infer_pad(Inference& c);
void infer_slice(Inference& c);
void infer_split(Inference& c);
void infer_reduce(Inference& c);

// shape_arithmetic.cpp
void infer_shape(Inference& c);
void infer_size(Inference& c);
void infer_gather(Inference& c);
void infer_constant_of_shape(Inference& c);
void infer_range(Inference& c);
void infer_expand(Inference& c);
void infer_tile(Inference& c);

}  // namespace rt3d::graph
