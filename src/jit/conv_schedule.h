// The legal schedules of conv.direct and their analytic time.
#pragma once

#include <vector>

#include "kernels/family.h"

namespace rt3d::jit {

std::vector<kernels::Schedule> conv_direct_space(const kernels::Problem& problem,
                                                 const kernels::Target& target);

double conv_direct_estimate_ns(const kernels::Problem& problem, const kernels::Schedule& schedule,
                               const kernels::Target& target);

// The most rows that a tile of `vecs` vectors can have; 0 when not even one fits.
int most_rows(Isa isa, int vecs, const kernels::Problem& problem);

}  // namespace rt3d::jit
