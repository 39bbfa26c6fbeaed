// The list of what was kept of a pruned convolution's weights, and these weights side by side (conv.cl with UNITS).
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/cl/layout.h"

namespace rt3d::kernels::cl {

struct ListedUnits {
  std::vector<std::int32_t>
      numbers;  // of each tile the units before each of its kernel planes and behind the last; then a distance each
  std::vector<float> weights;  // 4 x width of each unit
};

// Of tiles of `width` output channels: the units of 4 input channels at one kernel position that hold anything but zeros.
ListedUnits list_units(const Tensor& weights, const ConvShape& shape, std::int64_t width, const Placement& in,
                       ThreadPool& pool);

}  // namespace rt3d::kernels::cl
