// Copies f32 tensors between layouts (planar, channel-blocked, with and without halo, parts of larger tensors), and writes halos of
// any type.
// Work is split over batch items, channel blocks and planes; nothing is allocated.
#pragma once

#include "base/shape.h"
#include "base/thread_pool.h"
#include "kernels/placement.h"

namespace rt3d::kernels::copy {

// Copies a tensor of rank 2 to 5. Pointers are to element (0, 0, 0, 0, 0). The lanes beyond the last channel become zero; the
// halo is left alone.
void reorder(const Shape& shape, const float* from, const Placement& from_at, float* to,
             const Placement& to_at, ThreadPool& pool);

// Writes zeros into the halo of every plane of the tensor, whose element (0, 0, 0, 0, 0) is at `data`; `desc` is as it lies in memory.
void zero_halo(const TensorDesc& desc, std::byte* data, const Placement& at, ThreadPool& pool);

}  // namespace rt3d::kernels::copy
