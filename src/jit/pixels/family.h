// conv.sparse_pixels.<isa>: convolution whose weights vanish in units of gm output channels × gn input channels × one kernel position,
// where gm is narrower than a vector: lanes are pixels. x86-64 only. Input and output stay channel-blocked; what a task reads is
// repacked and what it computes is transposed back (pixels/plan.h, pixels/layout.h):
//
//   for each task (batch item × block of planes and rows × output channels), threads draw tasks:
//     for chunk of input channels:
//       repack the chunk under the block
//       for group of output channels, for tile of pixels (or the other way round):
//         pixel tile over the units of the group and chunk that hold weights
//     transpose the sums back, add bias and residual, apply the activation
//
// Schedule: what pixels/plan.h says; channels (of a tile: gm or a part of it), vectors (most of a tile), oc_blocks (vectors of output
// channels per task), tiles_outside (all groups multiply one tile before the next).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_sparse_pixels(Isa isa);

}  // namespace rt3d::jit
