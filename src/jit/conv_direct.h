// conv.direct.<isa>: dense and grouped 1-, 2- and 3-D convolution as an implicit matrix product, straight
// from the channel-blocked input, with fused bias, residual and activation.
//
//   for each task (batch item × block of tiles × group of output blocks), threads draw tasks:
//     for chunk of input channels:            # weights of a chunk and the input under a block of tiles stay
//     in L2
//       for output block (vecs vectors of channels) in the group:
//         for tile (rows output pixels) in the block:
//           tile kernel over the chunk's units: (input-channel block, kd, kh, kw)
//
// Kernel planes outside the clip and, for tiles within one row, kernel rows outside the image are not in the
// unit lists, so they cost nothing; columns outside are multiplied as zeros of the halo. Groups are lists,
// too: an output block multiplies only the input blocks its groups reach (with zeros inside a block where
// groups are narrower). Where the kernel is 1 in height and width with stride 1, planes are flattened to one
// long row (pointwise: whole clips).
//
// Schedule: rows (most pixels per tile), vecs, ic_chunk (input-channel blocks per chunk), tiles (per task),
// oc_group (output blocks per task).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_direct(Isa isa);

}  // namespace rt3d::jit
