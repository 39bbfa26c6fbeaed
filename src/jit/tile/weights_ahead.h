// Packed weights that are multiplied next, and come from afar: brought near a stretch for each tile that is multiplied before, while
// there are any (TileArgs::ahead).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "jit/asm/asm.h"

namespace rt3d::jit {

// Lines that each unit asks for, at most so many, where units of so many bytes come next and those at hand take so many turns, on
// average over them: together they ask for all.
inline int lines_per_unit(std::int64_t unit_bytes, double turns, int most) {
  const double lines = std::ceil(static_cast<double>(unit_bytes) / kLineBytes);
  return static_cast<int>(std::min<double>(most, std::ceil(lines / turns)));
}

class WeightsAhead {
 public:
  WeightsAhead() = default;  // none
  WeightsAhead(const float* first, std::int64_t floats) : next_(first), end_(first + floats) {}

  // Where the next so many cache lines start; `otherwise`, which may be anything near, when all have been taken.
  const float* take(std::int64_t lines, const float* otherwise) {
    if (next_ >= end_) return otherwise;
    const float* from = next_;
    next_ += lines * kLineBytes / static_cast<std::int64_t>(sizeof(float));
    return from;
  }

 private:
  const float *next_ = nullptr, *end_ = nullptr;
};

}  // namespace rt3d::jit
