// pool.window.<isa>: MaxPool, AveragePool, GlobalMaxPool and GlobalAveragePool on channel-blocked tensors.
//
//   for (n, channel block, od), threads draw them:  for oh:  for pixels of the row:  reduce the window's
//   vectors
//
// Positions outside the input are left out, never read. Schedule: rows (most pixels at once).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& pool_window(Isa isa);

}  // namespace rt3d::jit
