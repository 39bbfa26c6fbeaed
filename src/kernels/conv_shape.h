// The sizes of a Conv or pooling problem under the names used everywhere: n g ic id ih iw oc od oh ow kd kh
// kw sd sh sw pd ph pw dd dh dw (pads in front; dilation 1 = dense). 1-D and 2-D problems have the missing
// dimensions 1.
#pragma once

#include <cstdint>

#include "kernels/problem.h"

namespace rt3d::kernels {

struct ConvShape {
  std::int64_t n = 1, g = 1;
  std::int64_t ic = 1, id = 1, ih = 1, iw = 1;
  std::int64_t oc = 1, od = 1, oh = 1, ow = 1;
  std::int64_t kd = 1, kh = 1, kw = 1;
  std::int64_t sd = 1, sh = 1, sw = 1;
  std::int64_t pd = 0, ph = 0, pw = 0;     // in front (before the first plane, row, column)
  std::int64_t pd2 = 0, ph2 = 0, pw2 = 0;  // behind, as far as windows reach
  std::int64_t dd = 1, dh = 1, dw = 1;

  std::int64_t kernel_positions() const { return kd * kh * kw; }
};

// Conv: kernel sizes from the weights' shape; MaxPool and AveragePool: from kernel_shape. Attributes strides,
// pads (in ONNX's order, fronts then backs), dilations, group; auto_pad must have been resolved. Throws
// invalid_model on nonsense.
ConvShape conv_shape(const Problem& problem);

// Kernel positions k in [first, last) of one dimension that meet input for output position `o`:
// 0 <= o * stride - pad + k * dilation < size.
struct Taps {
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool operator==(const Taps&) const = default;
  auto operator<=>(const Taps&) const = default;
};
Taps valid_taps(std::int64_t o, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                std::int64_t kernel, std::int64_t size);

// The kernel positions that meet input, of all of a dimension's outputs together.
std::int64_t taps_met(std::int64_t outputs, std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                      std::int64_t kernel, std::int64_t size);

// Of multiply_accumulates(problem), those whose input is no padding; all of them for operations that are no Conv.
std::int64_t useful_multiply_accumulates(const Problem& problem);

}  // namespace rt3d::kernels
