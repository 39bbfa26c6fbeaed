// Structured zeros in weights that belong to no model: of synthetic layers, which are measured by themselves.
#pragma once

#include <cstdint>

#include "base/tensor.h"
#include "kernels/sparsity.h"

namespace rt3d::pruning {

// Zeroes seeded random units of the weights, as a problem's sparsity says. Throws invalid_argument for shapes
// without two dimensions.
void prune_weights(Tensor& weights, const kernels::Sparsity& sparsity, std::uint64_t seed);

}  // namespace rt3d::pruning
