// conv.direct.<isa>: dense and grouped 1-, 2- and 3-D convolution as an implicit matrix product, straight
// from the channel-blocked input, with fused bias, residual and activation. Loops and schedule: direct/kernel.h; the units of an
// output block are (input-channel block, kd, kh, kw).
//
// Kernel planes outside the clip and, for tiles within one row, kernel rows outside the image are not in the
// unit lists, so they cost nothing; columns outside are multiplied as zeros of the halo. Groups are lists,
// too: an output block multiplies only the input blocks its groups reach (with zeros inside a block where
// groups are narrower). Where the kernel is 1 in height and width with stride 1, planes are flattened to one
// long row (pointwise: whole clips).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_direct(Isa isa);

}  // namespace rt3d::jit
