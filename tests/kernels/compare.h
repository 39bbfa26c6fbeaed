// Checks one family on one problem and schedule against the reference backend. Inputs are small seeded
// integers, so that sums are exact in f32 and results can be compared bit by bit where nothing rounds;
// operands lie as the family's ports ask, some of them inside larger tensors, with canaries wherever the
// kernel must not write and not-a-number where it must not read.
#pragma once

#include <cstdint>

#include "kernels/family.h"

namespace rt3d::tests {

// True when all is well; otherwise reports one failed check with problem, family, schedule and the first
// difference. The pool has target.threads threads; the family supports the problem. Odd seeds ask for more
// halo than the family needs, every second pair of seeds lays blocked operands into larger tensors.
bool check_family(const kernels::KernelFamily& family, const kernels::Problem& problem,
                  const kernels::Schedule& schedule, const kernels::Target& target, ThreadPool& pool,
                  std::uint64_t seed);

}  // namespace rt3d::tests
