// Winograd's convolution in three dimensions, fused per block of tiles (winograd/plan.h has the loop nest): kernels of 3 taps per
// transformed axis. One dense and one sparse family for each tile.
#pragma once

#include <span>

#include "kernels/family.h"

namespace rt3d::jit {

// Families conv.winograd.t<t>s<s>.<isa>: t outputs per transform along depth (1: none), s along height and width (1: none); and
// conv.winograd_sparse.t<t>s<s>.<isa> for weights with structured zeros. A problem with weights in the transform domain (attribute
// kWinogradAttribute) is computed by the two of its tile alone.
std::span<const kernels::KernelFamily* const> conv_winograd(Isa isa);

}  // namespace rt3d::jit
