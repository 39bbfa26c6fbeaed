// Symmetric positive definite systems, row-major.
#pragma once

#include <cstdint>
#include <vector>

#include "base/thread_pool.h"

namespace rt3d::pruning {

// Replaces the lower triangle by L with L Lᵀ = a. Throws internal where the matrix is not positive definite.
void cholesky(std::vector<double>& a, std::int64_t n);
// x with L Lᵀ x = b, in place.
void cholesky_solve(const std::vector<double>& l, std::int64_t n, double* b);
std::vector<double> spd_inverse(std::vector<double> a, std::int64_t n, ThreadPool& pool);

}  // namespace rt3d::pruning
