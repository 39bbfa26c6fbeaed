#include "cli/parts/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace rt3d::cli {

double largest_difference(const std::vector<double>& got, const std::vector<double>& want) {
  double largest = 0, least = std::numeric_limits<double>::infinity(), most = -least;
  if (got.size() != want.size()) return least;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (std::isfinite(want[i])) {
      least = std::min(least, want[i]);
      most = std::max(most, want[i]);
    }
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) continue;
    const double apart = std::fabs(got[i] - want[i]);
    largest = std::isnan(apart) ? std::numeric_limits<double>::infinity() : std::max(largest, apart);
  }
  if (largest == 0) return 0;
  return largest / std::max(most - least, std::numeric_limits<double>::min());
}

double difference_limit(const std::string& accuracy) {
  static const std::map<std::string, double> kLimits = {{"exact", 1e-4}, {"default", 1e-3}, {"half", 1e-2}};
  return kLimits.at(accuracy);
}

}  // namespace rt3d::cli
