// conv.depthwise.<isa>: convolution with one input and one output channel per group, channels in lanes.
//
//   for (n, channel block, group of output planes, band of output rows), threads draw them:
//     for od in the group:  for rows of the band with the same kernel rows inside:  for pieces of a row:
//       row code (row_code.h): for kernel planes and rows inside:  columns × taps, unrolled, borders baked in
//
// Positions outside the input are left out, so no operand needs a halo. Schedule: cols (most pixels per piece), band
// (output rows per task), planes (output planes per task: the planes under the kernel are reread from a cache).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_depthwise(Isa isa);

}  // namespace rt3d::jit
