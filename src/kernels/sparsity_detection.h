// Finds structured sparsity in weights that were pruned by whoever: which scheme and group explains the zeros.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "kernels/sparsity.h"

namespace rt3d::kernels {

struct SparsityReport {
  double zeros = 0;               // share of the weights that are zero; of a sample where these are few
  double removed = 0;             // share in units of nothing but zeros: of the group found, or of 4 × 1
  std::int64_t zero_filters = 0;  // output channels of nothing but zeros
  // The scheme found; absent for dense weights and for zeros without structure.
  std::optional<Sparsity> sparsity;
  // Where kernels have one position, Vanilla and KGS are the same, and `sparsity` says Vanilla: the scheme that the hint names.
  std::optional<Scheme> hinted = {};
  bool one_position = false;

  // For people: "kgs:8x4:28%", "kgs=vanilla:8x4:28%" where they are the same and no hint tells; "" without a scheme.
  std::string text() const;

  bool operator==(const SparsityReport&) const = default;
};

// The groups that detection looks for: what sparse code is written for.
inline constexpr int kOutputGroups[] = {4, 8, 16, 32};
inline constexpr int kInputGroups[] = {1, 4, 8};

struct DetectionRequest {
  std::int64_t groups = 1;            // of the convolution: a unit lies within one
  std::optional<Sparsity> hint = {};  // scheme and group to try first; the share is not read
  ThreadPool* pool = nullptr;
};

// What decides, in this order, about weights f32 [oc, ic per group, …] (others are reported as dense):
// 1. A zero is 0 or -0; NaN, infinities and denormals are not. Few zeros in a sample: dense, and the rest is not read.
// 2. Units of 4 × 1, the finest group, must be empty in a tenth of the weights, and the others mostly hold something: where zeros
//    lie anyhow, small units are empty by chance as well, but then the others are full of zeros.
// 3. Of the larger groups, the hint's first, then from large to small (gm before gn), the first is taken whose units keep at most a
//    sixteenth more weights than the finest. So a pattern with a few weights too many keeps its group where it is large enough not
//    to care, and a group that is too large, which keeps a third more at 1.5 × and nearly twice as much at 10 ×, is never taken.
//    Of groups that part the channels alike the smallest is named.
// 4. The scheme is Vanilla when whole kernels of that group keep at most a sixteenth more, too. A kernel of one position has no other.
SparsityReport detect_sparsity(const Tensor& weights, const DetectionRequest& request = {});

}  // namespace rt3d::kernels
