// The geometry of a convolution after trivial dimensions are merged.
#pragma once

#include "kernels/conv_shape.h"
#include "kernels/family.h"

namespace rt3d::jit {

// A convolution whose trivial dimensions are merged into w, with the strides that go with it.
struct ConvGeometry {
  kernels::ConvShape s;
  kernels::Placement in, out, residual;
};

// A convolution that generated code can take as far as types go: everything f32 and not empty, weights and bias constant, a
// residual of the output's shape.
bool is_plain_conv(const kernels::Problem& problem);

// Its operands in blocks of channels: the input, a residual, the output.
kernels::Ports blocked_conv_ports(const kernels::Problem& problem, int block);

// Merges h into w (and d into h·w) where the kernel, strides and pads allow and no operand has a halo between
// rows.
kernels::ConvShape flattened(const kernels::ConvShape& s);
ConvGeometry flattened(ConvGeometry g, bool has_residual);

}  // namespace rt3d::jit
