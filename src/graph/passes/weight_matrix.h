// The weights of a convolution or matrix product as a matrix of kernels: [out, in per group] of so many positions. Reads them where
// they lie, which may be a mapped file and unaligned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/tensor.h"

namespace rt3d::graph {

class WeightMatrix {
 public:
  explicit WeightMatrix(const Tensor& weights)  // f32 [out, in, …] with elements; must outlive this
      : rows(weights.shape()[0]),
        columns(weights.shape()[1]),
        positions(weights.elements() / (rows * columns)),
        data_(weights.bytes().data()) {}

  const std::int64_t rows, columns, positions;

  float at(std::int64_t row, std::int64_t column, std::int64_t position) const {
    float value = 0;
    std::memcpy(&value, kernel(row, column) + sizeof value * static_cast<std::size_t>(position),
                sizeof value);
    return value;
  }
  bool zero(std::int64_t row, std::int64_t column) const {
    for (std::int64_t p = 0; p < positions; ++p)
      if (at(row, column, p) != 0) return false;
    return true;
  }
  bool zero_row(std::int64_t row) const {
    for (std::int64_t c = 0; c < columns; ++c)
      if (!zero(row, c)) return false;
    return true;
  }
  const std::byte* kernel(std::int64_t row, std::int64_t column) const {
    return data_ + (row * columns + column) * positions * static_cast<std::int64_t>(sizeof(float));
  }

 private:
  const std::byte* data_;
};

}  // namespace rt3d::graph
