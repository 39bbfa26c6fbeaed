// Weights as halves: rounded to nearest, even at ties, each output channel divided by a power of two, by which its sums are
// multiplied again as floats.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/buffer.h"
#include "base/tensor.h"

namespace rt3d::jit {

// The power of two that brings `largest` into (1/2, 1]; 1 for what is zero or not finite. Within what floats can multiply by.
inline float half_scale(float largest) {
  if (!(largest > 0) || !std::isfinite(largest)) return 1;
  int exponent = 0;
  const float mantissa = std::frexp(largest, &exponent);  // in [1/2, 1)
  return std::ldexp(1.0f, std::clamp(mantissa == 0.5f ? exponent - 1 : exponent, -120, 120));
}

// The nearest half, at most the largest finite one in magnitude unless the value itself is infinite.
inline std::uint16_t nearest_half(float value) {
  constexpr std::uint16_t kLargest = 0x7bff;
  const std::uint16_t half = float_to_half(value);
  const bool overflow = (half & 0x7fff) == 0x7c00 && std::isfinite(value);
  return overflow ? static_cast<std::uint16_t>((half & 0x8000) | kLargest) : half;
}

struct PackedHalves {
  Buffer weights, scale, bias;
  std::size_t bytes() const { return weights.bytes() + scale.bytes() + bias.bytes(); }
};

}  // namespace rt3d::jit
