// conv.depthwise.<isa>: convolution with one input and one output channel per group, channels in lanes.
//
//   for (n, channel block, od), threads draw them:  for oh:  for pixels of the row:  for kernel position
//   inside: multiply-add
//
// Positions outside the input are left out, so no operand needs a halo. Schedule: rows (most pixels at once).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_depthwise(Isa isa);

}  // namespace rt3d::jit
