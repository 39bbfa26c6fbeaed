// Which schedules of a family's space a test tries.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/random.h"
#include "kernels/schedule.h"

namespace rt3d::tests {

// The space's first schedule and some seeded others.
inline std::vector<kernels::Schedule> chosen_schedules(const std::vector<kernels::Schedule>& space,
                                                       int others, Random& random) {
  std::vector<kernels::Schedule> out(space.begin(), space.begin() + 1);
  for (int i = 0; i < others && space.size() > 1; ++i) {
    const kernels::Schedule& next =
        space[static_cast<std::size_t>(1 + random.below(static_cast<std::int64_t>(space.size()) - 1))];
    if (std::find(out.begin(), out.end(), next) == out.end()) out.push_back(next);
  }
  return out;
}

// RT3D_TEST_SCHEDULES=<n> asks for n random schedules of each problem and family.
inline int told_schedules(int untold) {
  const char* told = std::getenv("RT3D_TEST_SCHEDULES");
  return told && *told ? std::atoi(told) : untold;
}

}  // namespace rt3d::tests
