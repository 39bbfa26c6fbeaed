// Which convolutions a Winograd method computes, and its schedules.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "jit/winograd/plan.h"
#include "kernels/activation.h"
#include "kernels/family.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

// A convolution by one method, and what is known of its zeros before the weights are.
struct WinogradLayer {
  kernels::ConvShape shape;
  WinogradTile method;
  std::optional<kernels::Sparsity> sparsity;  // of what is multiplied; none: all of it is computed
  bool transformed = false;                   // weights come transformed, and the sparsity is theirs
};

// Transformed weights are computed wherever they can be; others where it may be worth while.
bool winograd_computes(const WinogradLayer& layer, int lanes);
// Whether the transforms, and what is fused behind the last, fit the registers.
bool winograd_fits(Isa isa, const kernels::ConvShape& s, const WinogradTile& method,
                   const kernels::Activation& activation, bool residual);

WinogradCut winograd_cut(const WinogradLayer& layer, const kernels::Schedule& schedule, int lanes);
// The expected share of units that are there, when zeros lie at random.
double winograd_kept(const WinogradLayer& layer, const WinogradCut& cut, int lanes);

kernels::Tunables winograd_tunables(const WinogradLayer& layer, const kernels::Target& target);
std::int64_t winograd_weight_bytes(const WinogradLayer& layer, const WinogradCut& cut,
                                   const kernels::Target& target);

}  // namespace rt3d::jit
