// The window: `rows` output pixels of one channel block, each reducing input vectors at a list of offsets:
//
//   acc[r] = bias (weighted), 0 (sum), -inf (max)
//   for unit in units: acc[r] = max(acc[r], x) | acc[r] + x | acc[r] + x · w[unit.w],  x = a[unit.a +
//   row_offset[r]] sum: acc[r] *= scale;  then residual, activation, store
//
// Pooling, global pooling and depthwise convolution differ only in the operation and the list.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jit/engine.h"
#include "jit/tile.h"
#include "kernels/activation.h"

namespace rt3d::jit {

enum class WindowOp { max, sum, weighted };

struct WindowArgs {
  const float* a;  // of row 0
  const Unit* units;
  std::int64_t unit_count;  // may be 0: max gives -inf, sum 0, weighted the bias
  const float* w;           // weighted: unit.w is relative to this
  float* c;
  const float* bias;      // weighted: one vector
  const float* residual;  // when the window has one
  float scale;            // sum: what the sum is multiplied by
};

struct WindowShape {
  WindowOp op = WindowOp::max;
  int rows = 1;
  std::int32_t a_row = 0;  // bytes from one row's input to the next's
  std::int32_t c_row = 0;
  bool has_residual = false;
  std::int32_t residual_row = 0;
  kernels::Activation activation;

  std::string name() const;
};

// The most rows that fit the ISA's registers.
int most_window_rows(Isa isa, const kernels::Activation& activation);

void emit_window(Asm& as, const WindowShape& shape);
std::shared_ptr<const Code> window(Isa isa, const WindowShape& shape);

}  // namespace rt3d::jit
