// The weights of a convolution or matrix product as a matrix of kernels: [out, in per group] of so many positions. Reads them where
// they lie, which may be a mapped file and unaligned, and before they are scaled, which makes no number zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/tensor.h"

namespace rt3d::graph {

class WeightMatrix {
 public:
  explicit WeightMatrix(const Tensor& weights)  // f32 [out, in, …] with elements; must outlive this
      : rows(weights.shape()[0]),
        columns(weights.shape()[1]),
        positions(weights.elements() / (rows * columns)),
        data_(weights.unscaled().bytes().data()),
        factors_(weights.factors()) {}

  const std::int64_t rows, columns, positions;

  float at(std::int64_t row, std::int64_t column, std::int64_t position) const {
    const float value = stored(row, column, position);
    return factors_.empty() ? value : static_cast<float>(value * factors_[static_cast<std::size_t>(row)]);
  }
  bool zero(std::int64_t row, std::int64_t column) const {
    for (std::int64_t p = 0; p < positions; ++p)
      if (stored(row, column, p) != 0) return false;
    return true;
  }
  bool zero_row(std::int64_t row) const {
    for (std::int64_t c = 0; c < columns; ++c)
      if (!zero(row, c)) return false;
    return true;
  }
  // The numbers of one kernel; gives where the next one goes.
  std::byte* copy_kernel(std::int64_t row, std::int64_t column, std::byte* to) const {
    if (factors_.empty())
      return std::copy_n(kernel(row, column), sizeof(float) * static_cast<std::size_t>(positions), to);
    for (std::int64_t p = 0; p < positions; ++p, to += sizeof(float)) {
      const float value = at(row, column, p);
      std::memcpy(to, &value, sizeof value);
    }
    return to;
  }

 private:
  const std::byte* kernel(std::int64_t row, std::int64_t column) const {
    return data_ + (row * columns + column) * positions * static_cast<std::int64_t>(sizeof(float));
  }
  float stored(std::int64_t row, std::int64_t column, std::int64_t position) const {
    float value = 0;
    std::memcpy(&value, kernel(row, column) + sizeof value * static_cast<std::size_t>(position),
                sizeof value);
    return value;
  }

  const std::byte* data_;
  std::span<const double> factors_;
};

}  // namespace rt3d::graph
