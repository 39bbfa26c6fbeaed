// The transforms of Winograd's fast convolution F(m, r) (A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks",
// CVPR 2016): m outputs of a kernel of r taps from m + r - 1 multiplications,
//
//   y = output · ((kernel · g) ⊙ (input · d)),
//
// made by Toom and Cook's construction from m + r - 2 points and infinity. With a stride the taps fall into phases, one for each
// residue: tap k meets only inputs of its own residue, so each phase is a convolution of stride 1 with fewer taps, and
// the products of all phases are added by the output transform. Points that are small, symmetric and paired with their
// reciprocals keep the rounding error near that of direct convolution.
#pragma once

#include "base/winograd_tile.h"
#include "kernels/linear_map.h"

namespace rt3d::kernels {

struct WinogradTransform {
  int m = 1;         // outputs
  int n = 1;         // multiplications
  int span = 1;      // inputs: (m - 1) · stride + r
  LinearMap input;   // n x span
  LinearMap kernel;  // n x r
  LinearMap output;  // m x n
};

// Throws internal where has_winograd_transform (base/winograd_tile.h) says that there is none.
const WinogradTransform& winograd_transform(int m, std::int64_t r, std::int64_t stride);
// What stands for an axis that is not transformed: one input, one tap, one output.
const WinogradTransform& no_transform();

}  // namespace rt3d::kernels
