// The legal schedules of conv.sparse_dot, and their analytic time.
#pragma once

#include <vector>

#include "kernels/family.h"

namespace rt3d::jit {

kernels::Tunables quad_tunables(const kernels::Problem& problem, const kernels::Target& target);
double quad_estimate_ns(const kernels::Problem& problem, const kernels::Schedule& schedule,
                        const kernels::Target& target);

}  // namespace rt3d::jit
