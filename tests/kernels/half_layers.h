// Layers on which families that compute with halves are compared with double precision: sums as long as those of real networks, inputs as
// a ReLU leaves them, weights as training starts with.
#pragma once

#include <span>
#include <vector>

#include "base/tensor.h"
#include "kernels/problem.h"

namespace rt3d::tests {

// Of 441, 1,728, 6,912, 480 and 4,096 products.
std::span<const char* const> half_layers();

// max(N(0, 1), 0) as inputs, He's weights, biases of a tenth; seeded by the problem's text.
std::vector<Tensor> trained_like(const kernels::Problem& problem);

// The largest difference as a share of the largest magnitude of `want`; 1e30 where something is no number.
double relative_error(const Tensor& got, const Tensor& want);

}  // namespace rt3d::tests
