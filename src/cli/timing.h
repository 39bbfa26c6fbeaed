// Time of runs, and its statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "rt3d/rt3d.h"

namespace rt3d::cli {

std::int64_t now_ns();                             // monotonic
std::int64_t timed_run_ns(rt3d_session* session);  // one run; throws Failure

// The value at `part` (0 to 1) of the sorted times, by linear interpolation; 0 when there are none.
double quantile(std::vector<std::int64_t> times, double part);
inline double median(const std::vector<std::int64_t>& times) { return quantile(times, 0.5); }

}  // namespace rt3d::cli
