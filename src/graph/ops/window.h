// The sliding window of a convolution or pooling: attributes with ONNX's defaults and auto_pad resolved, and
// the output size.
#pragma once

#include <cstdint>
#include <vector>

#include "base/attributes.h"
#include "base/shape.h"

namespace rt3d::graph {

// Halos of activations are as wide as pads: sizes that multiply them stay far from overflowing.
inline constexpr std::int64_t kLargestPad = 1 << 10;

struct Window {
  std::vector<std::int64_t> kernel, strides, pads, dilations;  // pads: fronts, then backs
  std::vector<std::int64_t> output;                            // spatial sizes
};

// `input`: n, c, spatial…; `kernel`: one size per spatial dimension. Throws invalid_model on nonsense and
// when a window does not fit the padded input.
Window resolve_window(const Attributes& attributes, const Shape& input, std::vector<std::int64_t> kernel);

// Writes the window's attributes explicitly and removes auto_pad and ceil_mode.
void set_window(Attributes& attributes, const Window& window, bool with_kernel);

}  // namespace rt3d::graph
