#include "kernels/winograd_points.h"

#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include "base/error.h"

namespace rt3d::kernels {
namespace {

// Finite points by number of multiplications; infinity is one more.
const std::vector<double>& points(int n) {
  static const double a = std::sqrt(0.5), b = std::sqrt(2.0);
  static const std::map<int, std::vector<double>> table{{3, {1, -1}},
                                                        {4, {0, 1, -1}},
                                                        {5, {a, -a, b, -b}},
                                                        {6, {0, a, -a, b, -b}},
                                                        {7, {0.5, -0.5, 1, -1, 2, -2}}};
  return table.at(n);
}

// Coefficients, lowest first, of the product of (x - p) over all points but number `without`.
std::vector<double> product(const std::vector<double>& points, int without) {
  std::vector<double> c{1};
  for (int j = 0; j < static_cast<int>(points.size()); ++j) {
    if (j == without) continue;
    const double p = points[static_cast<std::size_t>(j)];
    c.push_back(0);
    for (std::size_t k = c.size() - 1; k > 0; --k) c[k] = c[k - 1] - p * c[k];
    c[0] *= -p;
  }
  return c;
}

LinearMap matrix(int outputs, int inputs) {
  return {outputs, inputs, std::vector<double>(static_cast<std::size_t>(outputs * inputs))};
}

// Writes the transform of one phase: multiplications [at, at + m + taps - 1), inputs first + stride · i, taps likewise.
void add_phase(WinogradTransform& t, int at, int first, int stride, int taps) {
  const int n = t.m + taps - 1;
  if (taps == 1) {  // nothing to save: each output has a product of its own
    for (int i = 0; i < n; ++i)
      t.input.at(at + i, first + stride * i) = t.kernel.at(at + i, first) = t.output.at(i, at + i) = 1;
    return;
  }
  const std::vector<double>& finite = points(n);
  for (int i = 0; i + 1 < n; ++i) {
    const double p = finite[static_cast<std::size_t>(i)];
    const std::vector<double> row = product(finite, i);
    double scale = 0;  // the polynomial of the row at its point
    for (int k = 0; k + 1 < n; ++k) {
      const double c = row[static_cast<std::size_t>(k)];
      t.input.at(at + i, first + stride * k) = c;
      scale += c * std::pow(p, k);
    }
    for (int k = 0; k < taps; ++k) t.kernel.at(at + i, first + stride * k) = std::pow(p, k) / scale;
    for (int k = 0; k < t.m; ++k) t.output.at(k, at + i) = std::pow(p, k);
  }
  const std::vector<double> last = product(finite, -1);
  for (int k = 0; k < n; ++k) t.input.at(at + n - 1, first + stride * k) = last[static_cast<std::size_t>(k)];
  t.kernel.at(at + n - 1, first + stride * (taps - 1)) = 1;
  t.output.at(t.m - 1, at + n - 1) = 1;
}

WinogradTransform make(int m, int r, int stride) {
  WinogradTransform t;
  t.m = m;
  t.span = (m - 1) * stride + r;
  t.n = static_cast<int>(winograd_products(m, r, stride));  // the sum over phases of m + taps - 1
  t.input = matrix(t.n, t.span);
  t.kernel = matrix(t.n, r);
  t.output = matrix(m, t.n);
  for (int phase = 0, at = 0; phase < stride; ++phase) {
    const int taps = (r - phase + stride - 1) / stride;
    add_phase(t, at, phase, stride, taps);
    at += m + taps - 1;
  }
  return t;
}

}  // namespace

const WinogradTransform& winograd_transform(int m, std::int64_t r, std::int64_t stride) {
  static const std::map<std::tuple<int, int, int>, WinogradTransform> table = [] {
    std::map<std::tuple<int, int, int>, WinogradTransform> t;
    for (int outputs : {2, 4})
      for (int taps : {3, 7})
        for (int step : {1, 2})
          if (has_winograd_transform(outputs, taps, step))
            t.emplace(std::tuple{outputs, taps, step}, make(outputs, taps, step));
    return t;
  }();
  const auto found = table.find({m, static_cast<int>(r), static_cast<int>(stride)});
  if (found == table.end())
    fail(Code::internal, "no Winograd transform gives ", m, " outputs of ", r, " taps");
  return found->second;
}

const WinogradTransform& no_transform() {
  static const LinearMap one{1, 1, {1.0}};
  static const WinogradTransform none{1, 1, 1, one, one, one};
  return none;
}

}  // namespace rt3d::kernels
