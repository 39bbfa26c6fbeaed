// The input of a half-precision convolution: one batch item narrowed into scratch memory, with a halo of zeros, before the
// convolution reads it once per kernel position and block of output channels.
//   [blocks of 8 channels, or of 4 where there are no more][id][halo + ih + halo][halo + iw + halo][block]
#pragma once

#include <memory>

#include "base/thread_pool.h"
#include "jit/direct_f16/narrow.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"

namespace rt3d::jit {

class HalfInput {
 public:
  HalfInput(const kernels::ConvShape& s, const kernels::Placement& from);

  int block() const { return block_; }  // channels
  // In words of four bytes, two halves each, so that what plans with floats' placements can plan with this one.
  const kernels::Placement& placement() const { return words_; }
  std::size_t bytes() const;

  // `from`: element 0 of the batch item; `to`: bytes() bytes, 16-byte aligned. All threads share the work.
  void fill(const float* from, std::byte* to, ThreadPool& pool) const;

 private:
  void fill_plane(const float* from, std::byte* to, std::int64_t block, std::int64_t d) const;
  void fill_row(const float* low, const float* high, std::byte* to, std::int64_t pixels) const;
  void clear_halo(std::byte* plane) const;

  kernels::ConvShape s_;
  kernels::Placement from_, words_;
  int block_;
  std::int64_t blocks_;
  std::shared_ptr<const Code> pairs_, lone_;  // with a second block of four channels, without
};

}  // namespace rt3d::jit
