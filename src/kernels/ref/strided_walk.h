// Walking several strided tensors of one shape together, row by row: the loop under every elementwise and
// moving operator.
#pragma once

#include <array>
#include <cstdint>

#include "kernels/ref/operation.h"

namespace rt3d::kernels::ref {

using Strides = std::array<std::int64_t, Shape::kMaxRank>;

// Row-major strides in elements; all 0 for a tensor without elements.
inline Strides dense_strides(const Shape& shape) {
  Strides strides{};
  if (shape.elements() == 0) return strides;
  std::int64_t step = 1;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    strides[static_cast<std::size_t>(axis)] = step;
    step *= shape[axis];
  }
  return strides;
}

// Strides of `from` seen through the shape `to`: 0 where it is repeated. Throws invalid_model when it cannot
// be.
Strides broadcast_strides(const Problem& problem, const Shape& from, const Shape& to);

// N tensors of `rank` sizes, each with an offset of its first element and strides.
template <std::size_t N>
struct Walk {
  int rank = 0;
  Strides sizes{};
  std::array<Strides, N> strides{};
  std::array<std::int64_t, N> offsets{};

  Walk() = default;
  explicit Walk(const Shape& shape) : rank(shape.rank()) {
    for (int axis = 0; axis < rank; ++axis) sizes[static_cast<std::size_t>(axis)] = shape[axis];
  }
};

// Calls row(offsets, steps, count) for every row along the last axis, in row-major order.
template <std::size_t N, typename Row>
void for_rows(const Walk<N>& walk, Row&& row) {
  const auto rank = static_cast<std::size_t>(walk.rank);
  for (std::size_t axis = 0; axis < rank; ++axis)
    if (walk.sizes[axis] == 0) return;
  std::array<std::int64_t, N> at = walk.offsets;
  std::array<std::int64_t, N> steps{};
  if (rank == 0) {
    row(at, steps, std::int64_t{1});
    return;
  }
  for (std::size_t i = 0; i < N; ++i) steps[i] = walk.strides[i][rank - 1];
  Strides index{};
  for (;;) {
    row(at, steps, walk.sizes[rank - 1]);
    std::size_t axis = rank - 1;
    for (;;) {
      if (axis == 0) return;
      --axis;
      if (++index[axis] < walk.sizes[axis]) break;
      for (std::size_t i = 0; i < N; ++i) at[i] -= walk.strides[i][axis] * (walk.sizes[axis] - 1);
      index[axis] = 0;
    }
    for (std::size_t i = 0; i < N; ++i) at[i] += walk.strides[i][axis];
  }
}

}  // namespace rt3d::kernels::ref
