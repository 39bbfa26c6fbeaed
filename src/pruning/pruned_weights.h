// Structured zeros in weights that belong to no model: of synthetic layers, which are measured by themselves.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/shape.h"

namespace rt3d::pruning {

// Zeroes seeded random units of `weights` of this shape, as a problem's sparsity ("kgs:8x4:28%") says. Throws
// invalid_argument for another text and for shapes without two dimensions.
void prune_weights(std::span<float> weights, const Shape& shape, std::string_view sparsity,
                   std::uint64_t seed);

}  // namespace rt3d::pruning
