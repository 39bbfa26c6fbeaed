// Weights of a Winograd convolution, transformed in double precision and packed.
#pragma once

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "jit/winograd_plan.h"

namespace rt3d::jit {

// Writes plan.weight_floats() floats, laid out as winograd_plan.h says. `weights` is [oc, ic, kd, kh, kw].
void pack_winograd_weights(const WinogradPlan& plan, const Tensor& weights, float* to, ThreadPool& pool);

}  // namespace rt3d::jit
