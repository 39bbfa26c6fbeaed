// What several families do to constants before they run.
#pragma once

#include <algorithm>
#include <span>

#include "base/buffer.h"
#include "base/tensor.h"

namespace rt3d::jit {

// The bias at `index` of a kernel's constants in `padded` floats with zeros behind it; all zeros when there is none.
inline Buffer padded_bias(std::span<const Tensor* const> constants, std::size_t index, std::int64_t padded) {
  Buffer out = Buffer::zeroed(static_cast<std::size_t>(padded) * sizeof(float));
  if (index < constants.size() && constants[index]) {
    const Tensor bias = constants[index]->aligned_copy();
    std::copy_n(bias.values<float>().data(), bias.elements(), out.as<float>());
  }
  return out;
}

}  // namespace rt3d::jit
