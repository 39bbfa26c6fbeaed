// Between RT3D's tensors and libtorch's: copies in both directions, so that neither keeps the other's memory.
#pragma once

#include <ATen/ATen.h>

#include "base/tensor.h"

namespace rt3d::pruner {

// f32, f64, i64, i32, i8, u8 and bool keep their type; throws unsupported for f16, which models are not computed in.
at::Tensor torch_tensor(const Tensor& tensor);

// The elements of a tensor of floats, detached and contiguous.
Tensor host_tensor(const at::Tensor& tensor);

Shape shape_of(const at::Tensor& tensor);

}  // namespace rt3d::pruner
