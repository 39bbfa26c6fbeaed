// fc.dot.<isa>: fully connected layers of few rows, x [m, k] · w [n, k] transposed, as dot products along k:
// the weights are read once, in place and in the order in which the model stores them, so nothing is packed
// or copied.
//
//   for group of four outputs, threads draw runs of them:
//     for k in vectors, two at a time:  acc[output][m] += x[m][k] · w[output][k]
//   then, outside the generated code: lanes are summed, the last k's, bias and activation added
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& fc_dot(Isa isa);

}  // namespace rt3d::jit
