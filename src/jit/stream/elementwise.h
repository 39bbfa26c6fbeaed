// elementwise.stream.<isa>: Add, Sub, Mul, Div and Activation, with a fused activation.
//
// Activations of rank 3 to 5 are channel-blocked; an operand is the whole tensor, one value per channel (n c
// 1 1 1, constant or computed: squeeze-and-excite) or one constant number. Other ranks are planar streams of
// equal shape or with a constant number.
//   for (n, channel block, plane) or slices of the planar stream, threads draw them:  stream over the rows
#pragma once

#include "kernels/family.h"

namespace rt3d::jit {

const kernels::KernelFamily& elementwise_stream(Isa isa);

}  // namespace rt3d::jit
