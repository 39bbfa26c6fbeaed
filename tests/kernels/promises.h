// What a family promises about rounding and what is not finite (docs/accuracy.md), and which outputs share a tile with which.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "base/tensor.h"
#include "base/winograd_tile.h"
#include "kernels/conv_shape.h"
#include "kernels/family.h"

namespace rt3d::tests {

struct Promise {
  double error = 0;            // largest error relative to the magnitudes
  bool leaves_zeros = false;   // of weights: what they would be multiplied by does not count
  bool halves = false;         // inputs beyond 65504 count as that
  bool stored_halves = false;  // activations lie in memory as halves: beyond 65504 they are infinite
  bool half_sums = false;  // sums of products are infinite, or no number, where their magnitudes reach 65504
  std::optional<WinogradTile> tile;
  bool groups_share = false;  // only zeros keep groups apart that lie in one block of channels
};

Promise promise(const kernels::KernelFamily& family, const kernels::Problem& p);
// With what the schedule adds up in (knob `sums`), and what activations lie in memory as.
Promise promise(const kernels::KernelFamily& family, const kernels::Problem& p, const kernels::Schedule& s,
                const kernels::Target& target);

// The outputs of a tile of a convolution: what one of them has, all of them may have.
class Region {
 public:
  Region(const kernels::Problem& p, const Promise& promise);
  // By output, all channels alike: whether a window over all channels of its tile holds an input that is not finite.
  std::vector<bool> not_finite(const Tensor& x) const;
  // The largest magnitude in its tile and those around it, whose windows overlap.
  std::vector<float> largest(const Tensor& magnitudes) const;
  // Of an element of the output, in these lists.
  std::size_t index(std::size_t at) const;

 private:
  kernels::ConvShape s_;
  std::int64_t t_ = 1, h_ = 1, w_ = 1;  // outputs of a tile
};

}  // namespace rt3d::tests
