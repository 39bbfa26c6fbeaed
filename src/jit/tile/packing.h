// What several families do to constants before they run.
#pragma once

#include <algorithm>
#include <span>

#include "base/buffer.h"
#include "base/tensor.h"
#include "kernels/sparsity.h"

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

// Packed weights and a padded bias; what else there is to know follows from the problem and the schedule.
struct PackedWeights {
  Buffer weights, bias;
  std::size_t bytes() const { return weights.bytes() + bias.bytes(); }
};

// The same of a layer with zeros: `weights` are those of the units that the pattern keeps.
struct PackedUnits {
  kernels::Pattern pattern;
  Buffer weights, bias;
  std::size_t bytes() const {
    return weights.bytes() + bias.bytes() + static_cast<std::size_t>(pattern.units());
  }
};

}  // namespace rt3d::jit
