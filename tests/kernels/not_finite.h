// Floats that are no numbers to compute with, as helpers write them into inputs and look for them in outputs.
#pragma once

#include <limits>

namespace rt3d::tests {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

}  // namespace rt3d::tests
