// Lists of what a convolution multiplies (conv.cl), and of a pruned one the weights that were kept side by side.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/cl/layout.h"

namespace rt3d::kernels::cl {

struct ListedUnits {
  std::vector<std::int32_t>
      numbers;  // of each tile the units before each of its kernel planes and behind the last; then a distance each
  std::vector<float> weights;  // 4 x width of each unit
};

// Of tiles of `width` output channels: the units of 4 input channels at one kernel position that hold anything but zeros. Of `together`
// tiles in a row each has as many in every kernel plane as the one that has most: a work-group computes them side by side, and what is
// added are units of zeros, as dense code multiplies them.
ListedUnits list_units(const Tensor& weights, const ConvShape& shape, std::int64_t width, const Placement& in,
                       std::int64_t together, ThreadPool& pool);

// The list that conv.cl reads; its distances in steps of so many elements.
std::vector<std::int32_t> kernel_list(const ListedUnits& listed, std::int64_t tiles, std::int64_t kd,
                                      std::int64_t step);

// The same where nothing was pruned: of each tile all units of `input_blocks` blocks of input channels, from first_blocks[tile] on, in the
// order of kernel planes, blocks, rows and columns. Tiles with the same input share their distances.
std::vector<std::int32_t> dense_list(const ConvShape& shape, std::span<const std::int64_t> first_blocks,
                                     std::int64_t input_blocks, const Placement& in, std::int64_t step);

}  // namespace rt3d::kernels::cl
