// The transforms of Winograd's fast convolution F(m, r) (A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks",
// CVPR 2016): m outputs of a kernel of r taps from n = m + r - 1 multiplications,
//
//   y = output · ((kernel · g) ⊙ (input · d)),
//
// made by Toom and Cook's construction from n - 1 points and infinity. Points that are small, symmetric and paired with their
// reciprocals keep the rounding error near that of direct convolution: 0, ±1 for n = 4 and 0, ±1/√2, ±√2 for n = 6.
#pragma once

#include "jit/linear_map.h"

namespace rt3d::jit {

struct WinogradTransform {
  int m = 1, r = 1, n = 1;
  LinearMap input;   // n x n
  LinearMap kernel;  // n x r
  LinearMap output;  // m x n
};

// m is 1 (no transform: n = r = 1, for any kernel), 2 or 4; r is 3 where m > 1.
const WinogradTransform& winograd_transform(int m);

}  // namespace rt3d::jit
