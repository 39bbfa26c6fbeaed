// Finds structured sparsity in weights that were pruned by whoever: which scheme and group explains the zeros.
#pragma once

#include <optional>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "kernels/sparsity.h"

namespace rt3d::kernels {

struct SparsityReport {
  double zeros = 0;    // share of the weights that are zero
  double removed = 0;  // share of the weights in units without anything but zeros, at the group found
  std::optional<Sparsity>
      sparsity;  // the scheme found; absent for dense weights and for zeros without structure
};

// Looks for the largest group (gm of 32, 16, 8, 4; gn of 8, 4, 1) whose empty units hold nearly all that the smallest group's do.
// Zeros of which the best group explains too little, and fewer than sparse code could profit from, are reported without a scheme.
// `weights` are f32 [oc, ic per group, …].
SparsityReport detect_sparsity(const Tensor& weights, ThreadPool* pool = nullptr);

}  // namespace rt3d::kernels
