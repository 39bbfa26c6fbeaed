#include "cli/parts/statistics.h"

#include <algorithm>

namespace rt3d::cli {

double quantile(std::vector<std::int64_t> times, double part) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  const double at = part * static_cast<double>(times.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, times.size() - 1);
  const double weight = at - static_cast<double>(below);
  return static_cast<double>(times[below]) * (1 - weight) + static_cast<double>(times[above]) * weight;
}

}  // namespace rt3d::cli
