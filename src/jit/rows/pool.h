// pool.window.<isa>: MaxPool, AveragePool, GlobalMaxPool and GlobalAveragePool on channel-blocked tensors.
//
//   for (n, channel block, od), threads draw them:  for rows with the same kernel rows inside:  for pieces of a row:
//     row code (rows/code.h): for kernel planes and rows inside, every column once;  then columns into pixels
//
// Positions outside the input are left out, never read. Schedule: cols (most pixels per piece).
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& pool_window(Isa isa);

}  // namespace rt3d::jit
