// The reference backend: every operator, computed simply, in double precision where it sums. The oracle of all tests, of the
// tuner and of constant folding, and the fallback for what no faster family supports. Planar layouts, one thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/family.h"

namespace rt3d::kernels::ref {

// The family "ref.any.cpu": supports every operator in the table, any dtype that the operator allows.
const KernelFamily& family();

// Names of all operators that models may have, sorted: "the list of what is" in messages.
std::vector<std::string> operators();

// Computes a whole problem. One tensor per input (absent ones empty); returns one per output.
std::vector<Tensor> compute(const Problem& problem, std::span<const Tensor> inputs);

// Values of output 0 at some flat row-major indices, without computing the rest where that is cheaper (Conv, Gemm, MatMul,
// pooling); the same numbers as compute().
void sample(const Problem& problem, std::span<const Tensor> inputs, std::span<const std::int64_t> indices,
            std::span<float> values);

}  // namespace rt3d::kernels::ref
