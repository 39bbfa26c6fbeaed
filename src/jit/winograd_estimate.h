// The analytic time of Winograd's convolution.
#pragma once

#include "jit/winograd_schedule.h"

namespace rt3d::jit {

double winograd_estimate_ns(const WinogradLayer& layer, const WinogradCut& cut,
                            const kernels::Target& target);

}  // namespace rt3d::jit
