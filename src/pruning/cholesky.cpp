#include "pruning/cholesky.h"

#include <cmath>

#include "base/error.h"

namespace rt3d::pruning {

namespace {

double dot(const double* a, const double* b, std::int64_t n) {
  double sums[4] = {};
  std::int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (int k = 0; k < 4; ++k) sums[k] += a[i + k] * b[i + k];
  for (; i < n; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

void cholesky(std::vector<double>& a, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    double* row = a.data() + i * n;
    for (std::int64_t j = 0; j < i; ++j) {
      const double* other = a.data() + j * n;
      row[j] = (row[j] - dot(row, other, j)) / other[j];
    }
    const double rest = row[i] - dot(row, row, i);
    if (!(rest > 0)) fail(Code::internal, "second moments of ", n, " columns are not positive definite");
    row[i] = std::sqrt(rest);
  }
}

void cholesky_solve(const std::vector<double>& l, std::int64_t n, double* b) {
  for (std::int64_t i = 0; i < n; ++i)
    b[i] = (b[i] - dot(l.data() + i * n, b, i)) / l[static_cast<std::size_t>(i * n + i)];
  for (std::int64_t i = n; i-- > 0;) {  // by columns of Lᵀ, which are rows of L
    const double* row = l.data() + i * n;
    b[i] /= row[i];
    const double value = b[i];
    for (std::int64_t j = 0; j < i; ++j) b[j] -= value * row[j];
  }
}

std::vector<double> spd_inverse(std::vector<double> a, std::int64_t n) {
  cholesky(a, n);
  std::vector<double> inverse(a.size(), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    double* row = inverse.data() + i * n;
    row[i] = 1;
    cholesky_solve(a, n, row);
  }
  return inverse;
}

}  // namespace rt3d::pruning
