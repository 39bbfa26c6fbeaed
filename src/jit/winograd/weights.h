// Weights of a Winograd convolution, transformed in double precision and packed.
#pragma once

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "jit/winograd/plan.h"
#include "jit/winograd/units.h"

namespace rt3d::jit {

// Writes units.floats() floats: of each list its units, [unit][depth][vecs · lanes]; late, [unit][depth][vecs][kernel planes][lanes].
// `weights` is [oc, ic, kd, kh, kw]; `transformed`, where given, is [oc, ic, q, n, n] and stands for them.
void pack_winograd_weights(const WinogradPlan& plan, const WinogradUnits& units, const Tensor& weights,
                           const Tensor* transformed, float* to, ThreadPool& pool);

}  // namespace rt3d::jit
