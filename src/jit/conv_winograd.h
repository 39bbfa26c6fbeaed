// Winograd's convolution in three dimensions, fused per block of tiles (winograd_plan.h has the loop nest): kernels of 3 taps per
// transformed axis, stride 1. One family for each tile size.
#pragma once

#include <span>

#include "kernels/family.h"

namespace rt3d::jit {

// Families conv.winograd.t<t>s<s>.<isa>: t outputs per transform along depth (1: none), s along height and width (1: none).
std::span<const kernels::KernelFamily* const> conv_winograd(Isa isa);

}  // namespace rt3d::jit
