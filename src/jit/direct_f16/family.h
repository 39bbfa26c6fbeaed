// conv.direct_f16.neon: direct convolution in half precision, for accuracy "half" on AArch64 cores with FEAT_FP16. Activations stay floats
// in memory; twice as many channels fit a vector, and weights and what the loop reads take half the bytes.
//
//   for each batch item:
//     narrow the input into scratch memory (direct_f16/input.h)
//     for each task (block of tiles × group of output blocks), threads draw tasks:
//       for chunk of input channels:  for output block in the group:  for tile in the block:
//         for run of units with at most kMostHalves products:  half tile (direct_f16/tile.h)
//
// Each output channel's weights are divided by a power of two, so that no sum of products in halves can exceed the largest
// activation: nothing overflows. Tiles, unit lists and the schedule's knobs are conv.direct's (direct/family.h).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_direct_f16();

}  // namespace rt3d::jit
