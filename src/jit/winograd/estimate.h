// The analytic time of Winograd's convolution, and what it multiplies.
#pragma once

#include "jit/winograd/schedule.h"

namespace rt3d::jit {

double winograd_estimate_ns(const WinogradLayer& layer, const WinogradCut& cut,
                            const kernels::Target& target);

// Multiply-adds of one run, between the transforms: what fills up vectors is not counted, tiles that reach beyond the image are.
double winograd_multiply_adds(const WinogradLayer& layer, const WinogradCut& cut, int lanes);

}  // namespace rt3d::jit
