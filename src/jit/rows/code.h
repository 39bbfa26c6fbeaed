// Code for pieces of output rows, one channel block in the lanes (rows/plan.h cuts the rows):
//
//   for row in rows:
//     weighted:  acc[r] = bias;  for unit in units: acc[r] += Σ_k x[r·sw + k·dw] · w[unit.w][k]
//                a column is loaded once for all pixels and taps that want it; a kernel row's weights stay in
//                registers
//                (grouped: so for each channel j of a group, spread over the group's lanes)
//     max, sum:  col[x] = -inf | 0;  for unit in units: col[x] = max(col[x], a) | col[x] + a
//                then acc[r] = max | sum over k of col[r·sw + k·dw]: rows and planes first, columns last;
//                one pixel alone folds its columns into a few registers, so that a window may be as wide as a clip
//     residual, scale, activation, store
#pragma once

#include <memory>
#include <string>

#include "jit/rows/plan.h"
#include "kernels/activation.h"

namespace rt3d::jit {

enum class RowOp { max, sum, weighted };

struct RowShape {
  RowOp op = RowOp::weighted;
  RowPiece piece;
  int kw = 1, sw = 1, dw = 1;
  int group = 1;  // weighted: channels per group, 1, 2, 4 or (with 16 lanes) 8; weights are [unit][j][k]
  std::int32_t pixel = 0;  // bytes from one pixel to the next, in the input, the output and the residual
  std::int32_t a_row = 0, c_row = 0;  // bytes from one output row to the next: of the input, of the output
  std::int32_t scale = 0;  // sum: bytes from one pixel's factor to the next one's; 0: one factor for all
  bool has_residual = false;
  kernels::Activation activation;

  std::string name() const;  // spells everything baked in
};

// Kernels may be this wide: columns are unrolled.
inline constexpr int kMostRowTaps = 1024;

// The most pixels per piece that fit the ISA's registers, at least 1.
int most_row_cols(Isa isa, const RowShape& shape);

// The columns of the input that a unit of max or sum loads, each once.
int columns_loaded(const RowShape& shape);

void emit_row(Asm& as, const RowShape& shape);
std::shared_ptr<const Code> row(Isa isa, const RowShape& shape);

}  // namespace rt3d::jit
