// conv.sparse_dot.<isa>: convolution whose weights vanish in units of gm output channels × gn input channels × one kernel position,
// where gm is half a vector of AVX-512, 8, and gn a multiple of 4: lanes are products of several output with four input channels
// (quads/tile.h). What a task reads is laid out anew (quads/plan.h), so that a unit reads few cache lines:
//
//   for each task (batch item × box of planes and tiles × groups of output channels), threads draw tasks:
//     for chunk of input channels:
//       lay out the chunk under the box
//       for group of output channels, for tile:
//         tile over the units of the group and chunk that hold weights
//
// Schedule: what quads/plan.h says; oc_group (groups of output channels per task), spread (the tile loads activations short and
// shuffles them).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_sparse_dot(Isa isa);

}  // namespace rt3d::jit
