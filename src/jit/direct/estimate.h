// The analytic time of direct convolution.
#pragma once

#include "jit/direct/schedule.h"

namespace rt3d::jit {

double conv_direct_estimate_ns(const kernels::Problem& problem, const kernels::Schedule& schedule,
                               const kernels::Target& target, const ConvNumbers& numbers);

}  // namespace rt3d::jit
