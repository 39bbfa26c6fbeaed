// conv.depthwise.<isa>: convolution with one input and one output channel per group, channels in lanes.
// conv.grouped.<isa>: with 2, 4 or (AVX-512) 8 input and as many output channels per group, groups side by side in
// lanes; each input channel is spread over its group's lanes as it is loaded, so that no zeros are multiplied.
//
//   for (n, channel block, group of output planes, band of output rows), threads draw them:
//     for od in the group:  for rows of the band with the same kernel rows inside:  for pieces of a row:
//       row code (rows/code.h): for kernel planes and rows inside:  columns × taps, unrolled, borders baked in
//
// Positions outside the input are left out, so no operand needs a halo. Schedule: cols (most pixels per piece), band
// (output rows per task), planes (output planes per task: the planes under the kernel are reread from a cache).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_depthwise(Isa isa);
const kernels::KernelFamily& conv_grouped(Isa isa);

}  // namespace rt3d::jit
