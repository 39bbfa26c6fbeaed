// How tensors lie, as compile-time options of kernels.
#pragma once

#include "kernels/activation.h"
#include "kernels/cl/recipe.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"

namespace rt3d::kernels::cl {

// Channels per block of activations on the device.
inline constexpr int kBlock = 4;
inline Port blocked_port(int halo_h = 0, int halo_w = 0, DType dtype = DType::f32) {
  return {.block = kBlock, .halo_h = halo_h, .halo_w = halo_w, .space = Space::device, .dtype = dtype};
}
inline Port planar_port(DType dtype = DType::f32) { return {.space = Space::device, .dtype = dtype}; }

// NAME_N, NAME_C, NAME_D, NAME_H, NAME_BLOCK, NAME_BLOCKS, and NAME_HALF where its elements are halves.
void add_tensor(Macros& macros, std::string_view name, const Shape& shape, const Placement& at,
                DType dtype = DType::f32);
// IC, ID, IH, IW of one tensor.
void add_sizes(Macros& macros, const Shape& shape);
// Kernel, strides, pads, dilations and sizes of a convolution or a pooling.
void add_windows(Macros& macros, const ConvShape& shape);
void add_activation(Macros& macros, const Activation& activation);

// Whether offsets in the tensor's storage fit the kernels' 32-bit numbers, with the widest halo that anyone asks for.
bool is_addressable(const Shape& shape);
// Activations that kernels have for the limits that this one names: a limit that is no number stays with the host.
bool has_activation(const Activation& activation);

}  // namespace rt3d::kernels::cl
