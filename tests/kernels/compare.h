// Checks one family on one problem and schedule against the reference backend. Inputs are small seeded
// integers, so that sums are exact in f32 and results can be compared bit by bit where nothing rounds;
// operands lie as family_run.h says.
#pragma once

#include <cstdint>

#include "kernels/engine.h"
#include "kernels/family.h"

namespace rt3d::tests {

// True when all is well; otherwise reports one failed check with problem, family, schedule and the first
// difference. The pool has target.threads threads; the family supports the problem. The engine runs it, where there is one.
bool check_family(const kernels::KernelFamily& family, const kernels::Problem& problem,
                  const kernels::Schedule& schedule, const kernels::Target& target, ThreadPool& pool,
                  std::uint64_t seed, kernels::Engine* engine = nullptr);

// What became of a family's checks.
struct Checks {
  int made = 0;
  int failed = 0;
};

// Whether the family's id begins as RT3D_TEST_FAMILY says, where that is set.
bool is_wanted(const kernels::KernelFamily& family);

}  // namespace rt3d::tests
