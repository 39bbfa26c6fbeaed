// conv.sparse.<isa>: convolution whose weights vanish in units of gm output channels × gn input channels × one kernel position, where
// gm is a multiple of the lanes. Loops and schedule: direct/kernel.h; an output block is one of these groups or a part of it, and its
// units are those in which any weight is not zero, found when the kernel is prepared. Inside a chunk they are ordered by block
// of input channels, then position, so that neighbours read the same lines. Problems say of their sparsity enough to
// choose (kernels/sparsity.h); weights of any other pattern, or of none, give the right results too.
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& conv_sparse(Isa isa);

}  // namespace rt3d::jit
