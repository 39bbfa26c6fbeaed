// The functions behind the table of operators, by what they have in common.
#pragma once

#include "pruner/operators.h"

namespace rt3d::pruner {

// elementwise_ops.cpp
std::vector<at::Tensor> add(const Call& call);
std::vector<at::Tensor> subtract(const Call& call);
std::vector<at::Tensor> multiply(const Call& call);
std::vector<at::Tensor> divide(const Call& call);
std::vector<at::Tensor> pass_on(const Call& call);  // Identity, and Dropout as models for inference have it
std::vector<at::Tensor> rectify(const Call& call);
std::vector<at::Tensor> leaky_relu(const Call& call);
std::vector<at::Tensor> sigmoid(const Call& call);
std::vector<at::Tensor> tanh(const Call& call);
std::vector<at::Tensor> hard_sigmoid(const Call& call);
std::vector<at::Tensor> hard_swish(const Call& call);
std::vector<at::Tensor> clip(const Call& call);
std::vector<at::Tensor> softmax(const Call& call);

// weighted_ops.cpp
std::vector<at::Tensor> convolve(const Call& call);
std::vector<at::Tensor> normalize_batch(const Call& call);
std::vector<at::Tensor> gemm(const Call& call);
std::vector<at::Tensor> matmul(const Call& call);

// pooling_ops.cpp
std::vector<at::Tensor> max_pool(const Call& call);
std::vector<at::Tensor> average_pool(const Call& call);
std::vector<at::Tensor> global_average_pool(const Call& call);
std::vector<at::Tensor> global_max_pool(const Call& call);
std::vector<at::Tensor> reduce_mean(const Call& call);

// layout_ops.cpp
std::vector<at::Tensor> concatenate(const Call& call);
std::vector<at::Tensor> reshape(const Call& call);  // Flatten, Reshape, Squeeze, Unsqueeze
std::vector<at::Tensor> transpose(const Call& call);
std::vector<at::Tensor> slice(const Call& call);
std::vector<at::Tensor> split(const Call& call);
std::vector<at::Tensor> gather(const Call& call);
std::vector<at::Tensor> pad(const Call& call);

}  // namespace rt3d::pruner
