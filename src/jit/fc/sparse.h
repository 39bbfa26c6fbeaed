// fc.sparse.<isa>: fully connected layers of few rows, x [m, k] · w [n, k] transposed, whose weights vanish in units of gm outputs × gn
// inputs. Time is what the weights take to arrive, so only units that hold anything are kept, one behind the other:
//
//   for group of outputs (gm or a part of it), threads draw runs of them:
//     for unit (four inputs) that is kept:
//       acc[m][output][4] += x[m][unit's inputs] · w[output][4]        // four lanes to an output
//   then, outside the generated code: lanes are summed, bias and activation added
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& fc_sparse(Isa isa);

}  // namespace rt3d::jit
