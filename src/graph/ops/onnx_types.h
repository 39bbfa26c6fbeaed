// ONNX's numbers for data types.
#pragma once

#include <cstdint>

#include "base/shape.h"

namespace rt3d::graph {

inline constexpr std::int64_t kOnnxBfloat16 = 16;  // has no DType: it is widened to f32 when read

DType dtype_of_onnx(std::int64_t number);  // throws unsupported, naming the number
int onnx_of_dtype(DType dtype);

}  // namespace rt3d::graph
