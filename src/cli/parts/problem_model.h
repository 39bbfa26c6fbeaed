// A problem as a model of its own, so that lines of shape lists can be measured through the C API like any
// model.
#pragma once

#include <string>

#include "kernels/problem.h"

namespace rt3d::cli {

// The bytes of an ONNX model whose optimised graph is this problem: one node, followed by what is fused into it (a sum, an
// activation). Constants are seeded random numbers; weights hold the zeros that the
// attribute sparsity says. Covers Conv, Gemm, pooling and Add, Sub, Mul, Div on f32;
// throws Failure naming what is not covered, and invalid_argument or invalid_model for damaged attributes and impossible sizes.
std::string problem_model(const kernels::Problem& problem);

}  // namespace rt3d::cli
