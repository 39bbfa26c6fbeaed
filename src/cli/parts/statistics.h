// Statistics of measured times.
#pragma once

#include <cstdint>
#include <vector>

namespace rt3d::cli {

// The value at `part` (0 to 1) of the sorted times, by linear interpolation; 0 when there are none.
double quantile(std::vector<std::int64_t> times, double part);
inline double median(const std::vector<std::int64_t>& times) { return quantile(times, 0.5); }

}  // namespace rt3d::cli
