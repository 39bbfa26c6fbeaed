// Weights in Winograd's transform domain: U = (time.kernel ⊗ space.kernel ⊗ space.kernel) · w, computed in double precision.
// docs/transform-domain.md says how a model's file carries weights that were pruned there.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "base/winograd_tile.h"
#include "kernels/conv_shape.h"
#include "kernels/winograd_points.h"

namespace rt3d::kernels {

// The transforms along depth, and along height and width; strides and kernels must be known (winograd_weight_shape).
const WinogradTransform& time_transform(const ConvShape& s, const WinogradTile& tile);
const WinogradTransform& space_transform(const ConvShape& s, const WinogradTile& tile);

// f32 weights [oc, ic, kh, kw] or [oc, ic, kd, kh, kw] of a convolution with these strides (depth, height, width) transformed to
// [oc, ic, q, n, n]. Throws invalid_argument where the tile has no such transform.
Tensor winograd_weights(const Tensor& weights, const WinogradTile& tile,
                        const std::array<std::int64_t, 3>& strides, ThreadPool* pool = nullptr);

// Transforms the kernels of up to 16 output channels and one input channel at a time.
class WinogradWeightTransformer {
 public:
  static constexpr std::size_t kChannels = 16;
  using Lane = std::array<double, kChannels>;  // one number for each output channel

  // `along_depth`: also along depth, else planes stay kernel planes.
  WinogradWeightTransformer(const WinogradTransform& time, const WinogradTransform& space, const ConvShape& s,
                            bool along_depth);

  // [plane][y][x] from kernels that lie `oc_stride` floats apart; valid until the next call.
  const Lane* run(const float* weights, std::int64_t oc_stride, int channels);

 private:
  const LinearMap *time_, *space_;
  bool along_depth_;
  std::size_t kd_, k_, n_;
  std::vector<Lane> taps_, a_, b_;
};

}  // namespace rt3d::kernels
