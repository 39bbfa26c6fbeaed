#include "jit/winograd_points.h"

#include <cmath>
#include <vector>

#include "base/error.h"

namespace rt3d::jit {
namespace {

constexpr int kTaps = 3;

// Coefficients, lowest first, of the product of (x - p) over all points but number `without`.
std::vector<double> product(const std::vector<double>& points, int without) {
  std::vector<double> c{1};
  for (int j = 0; j < static_cast<int>(points.size()); ++j) {
    if (j == without) continue;
    c.push_back(0);
    for (std::size_t k = c.size() - 1; k > 0; --k)
      c[k] = c[k - 1] - points[static_cast<std::size_t>(j)] * c[k];
    c[0] *= -points[static_cast<std::size_t>(j)];
  }
  return c;
}

LinearMap matrix(int outputs, int inputs) {
  return {outputs, inputs, std::vector<double>(static_cast<std::size_t>(outputs * inputs))};
}

WinogradTransform make(int m, const std::vector<double>& points) {
  const int n = m + kTaps - 1, finite = n - 1;
  WinogradTransform t{m, kTaps, n, matrix(n, n), matrix(n, kTaps), matrix(m, n)};
  for (int i = 0; i < finite; ++i) {
    const double p = points[static_cast<std::size_t>(i)];
    const std::vector<double> row = product(points, i);
    double scale = 0;  // of row's polynomial at p
    for (std::size_t k = 0; k < row.size(); ++k) {
      t.input.at(i, static_cast<int>(k)) = row[k];
      scale += row[k] * std::pow(p, static_cast<double>(k));
    }
    for (int k = 0; k < kTaps; ++k) t.kernel.at(i, k) = std::pow(p, k) / scale;
    for (int k = 0; k < m; ++k) t.output.at(k, i) = std::pow(p, k);
  }
  const std::vector<double> last = product(points, -1);
  for (int k = 0; k < n; ++k) t.input.at(finite, k) = last[static_cast<std::size_t>(k)];
  t.kernel.at(finite, kTaps - 1) = 1;
  t.output.at(m - 1, finite) = 1;
  return t;
}

WinogradTransform identity() {
  const LinearMap one{1, 1, {1.0}};
  return {1, 1, 1, one, one, one};
}

}  // namespace

const WinogradTransform& winograd_transform(int m) {
  static const WinogradTransform none = identity(), two = make(2, {0, 1, -1}),
                                 four = make(4, {0, std::sqrt(0.5), -std::sqrt(0.5), std::sqrt(2.0),
                                                 -std::sqrt(2.0)});
  if (m == 1) return none;
  if (m == 2) return two;
  if (m == 4) return four;
  fail(Code::internal, "no Winograd transform gives ", m, " outputs");
}

}  // namespace rt3d::jit
