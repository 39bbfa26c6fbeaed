// conv.sparse_dot.<isa>: convolution whose weights vanish in units of gm output channels × gn input channels × one kernel position,
// where gm is at most a vector: lanes are products of several output with four input channels (dot_tile.h). x86-64 only. What a task
// reads is laid out anew (dot_plan.h), so that a unit reads few cache lines:
//
//   for each task (batch item × box of planes and tiles × groups of output channels), threads draw tasks:
//     for chunk of input channels:
//       lay out the chunk under the box
//       for group of output channels, for tile (or the other way round):
//         tile over the units of the group and chunk that hold weights
//
// Schedule: what dot_plan.h says; channels (of a tile: gm or a part of it), oc_group (of these, per task), tiles_outside (all groups
// multiply one tile before the next), spread (how the tile loads activations).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_sparse_dot(Isa isa);

}  // namespace rt3d::jit
