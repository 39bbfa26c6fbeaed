// Computes operations as ONNX means them with the reference backend, which knows the graph's normal form: Gemm differs, and a
// Gemm as ONNX means it states transB (the import writes the default out).
#pragma once

#include <span>
#include <vector>

#include "base/tensor.h"
#include "graph/model.h"
#include "kernels/problem.h"

namespace rt3d::runtime {

// As kernels::ref::compute(), but a Gemm that states transB obeys it and transA, alpha and beta.
std::vector<Tensor> compute_onnx(const kernels::Problem& problem, std::span<const Tensor> inputs);

// Computes nodes whose inputs are constants, for the passes of the graph.
graph::Evaluator reference_evaluator();

}  // namespace rt3d::runtime
