#include "dataset/accuracy.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace rt3d::dataset {
namespace {

constexpr double kDeviations = 1.959963984540054;  // of a normal distribution, 95 %

double bound(const Accuracy& a, double side) {
  if (a.total == 0) return side < 0 ? 0 : 1;
  const auto n = static_cast<double>(a.total);
  const double p = a.share(), z = kDeviations, z2 = z * z;
  const double value =
      (p + z2 / (2 * n) + side * z * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return std::clamp(value, 0.0, 1.0);
}

}  // namespace

double Accuracy::lower() const { return bound(*this, -1); }
double Accuracy::upper() const { return bound(*this, 1); }

std::string Accuracy::text() const {
  std::array<char, 128> line{};
  std::snprintf(line.data(), line.size(), "%.1f %% (%.1f to %.1f with 95 %% confidence; %lld video%s)",
                100 * share(), 100 * lower(), 100 * upper(), static_cast<long long>(total),
                total == 1 ? "" : "s");
  return line.data();
}

}  // namespace rt3d::dataset
