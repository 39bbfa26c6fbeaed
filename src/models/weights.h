// Seeded uniform weights, fast enough for networks of 10^8 parameters.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/tensor.h"

namespace rt3d::models {

// A tensor of independent numbers, uniform in [low, high), that depend on `seed` and `name` alone.
Tensor uniform_tensor(std::uint64_t seed, std::string_view name, const Shape& shape, float low, float high);

}  // namespace rt3d::models
