// Computes operations as ONNX means them with the reference backend, which knows the graph's normal form: Gemm differs.
#pragma once

#include <span>
#include <vector>

#include "base/tensor.h"
#include "kernels/problem.h"

namespace rt3d::runtime {

// As kernels::ref::compute(), but Gemm's weights are [k, n] unless transB is set, and transA, alpha and beta are obeyed.
std::vector<Tensor> compute_onnx(const kernels::Problem& problem, std::span<const Tensor> inputs);

}  // namespace rt3d::runtime
