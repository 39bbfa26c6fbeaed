// fc.tile.<isa>: fully connected layers of several rows as a matrix product on the tile kernel, weights
// packed once.
//
//   for output block (vecs vectors), threads draw them:  for tile of rows:  tile kernel over k in steps of
//   16, then the rest
//
// Schedule: rows, vecs.
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& fc_tile(Isa isa);

}  // namespace rt3d::jit
