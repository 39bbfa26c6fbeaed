// fc.dot_f16.neon: fully connected layers of few rows, for accuracy "half": their time is that of reading the weights, which are kept
// as halves and widened as they are read; arithmetic is in floats.
//
//   for group of four outputs, threads draw runs of them:
//     for k, eight at a time:  acc[output][m] += x[m][k] · widened w[output][k]
//   then, outside the generated code: lanes are summed and scaled, bias and activation added
//
// Weights are [n][k rounded up to eight], zeros behind; each row divided by a power of two (half_weights.h).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& fc_dot_f16();

}  // namespace rt3d::jit
