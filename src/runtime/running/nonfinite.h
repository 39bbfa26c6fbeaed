// How many values of a tensor are NaN or infinite: a pass at memory speed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/shape.h"

namespace rt3d::runtime {

// `bytes`: whole elements. 0 for integers.
std::int64_t nonfinite_values(std::span<const std::byte> bytes, DType dtype);

}  // namespace rt3d::runtime
