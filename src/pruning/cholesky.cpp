#include "pruning/cholesky.h"

#include <cmath>

#include "base/error.h"
#include "base/vector_clones.h"

namespace rt3d::pruning {

namespace {

constexpr int kSums = 16;  // that do not wait for each other

RT3D_VECTOR_CLONES double dot(const double* a, const double* b, std::int64_t n) {
  double sums[kSums] = {};
  std::int64_t i = 0;
  for (; i + kSums <= n; i += kSums)
    for (int k = 0; k < kSums; ++k) sums[k] += a[i + k] * b[i + k];
  double sum = 0;
  for (; i < n; ++i) sum += a[i] * b[i];
  for (const double part : sums) sum += part;
  return sum;
}

RT3D_VECTOR_CLONES void subtract(double* from, double factor, const double* row, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) from[i] -= factor * row[i];
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

namespace {

// `first`: b is zero before.
void solve_from(const std::vector<double>& l, std::int64_t n, double* b, std::int64_t first) {
  for (std::int64_t i = first; i < n; ++i) {
    const double* row = l.data() + i * n;
    b[i] = (b[i] - dot(row + first, b + first, i - first)) / row[i];
  }
  for (std::int64_t i = n; i-- > 0;) {  // by columns of Lᵀ, which are rows of L
    const double* row = l.data() + i * n;
    b[i] /= row[i];
    subtract(b, b[i], row, i);
  }
}

}  // namespace

void cholesky_solve(const std::vector<double>& l, std::int64_t n, double* b) { solve_from(l, n, b, 0); }

std::vector<double> spd_inverse(std::vector<double> a, std::int64_t n, ThreadPool& pool) {
  cholesky(a, n);
  std::vector<double> inverse(a.size(), 0.0);
  pool.run(n, [&](std::int64_t i, int) {
    double* row = inverse.data() + i * n;
    row[i] = 1;
    solve_from(a, n, row, i);
  });
  return inverse;
}

}  // namespace rt3d::pruning
