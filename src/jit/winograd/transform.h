// The transforms before and after Winograd's multiplications, one channel block of a run of tiles at a time. A tile of
// rows.inputs × cols.inputs vectors becomes one of rows.outputs × cols.outputs:
//
//   for tile in 0 … count-1:
//     for group in groups of output rows (y):
//       for x: t[y][x] = rows · in[·][x]     // t in registers where there are enough, else in scratch memory
//       for y: out[y][·] = cols · t[y][·]    // each output: + bias, + residual, activation where asked
//
// A one-dimensional transform has a 1 × 1 identity for rows. What lies outside the image is zero and is never read; outputs
// outside are not stored.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "jit/asm/code.h"
#include "jit/winograd/linear_program.h"
#include "kernels/activation.h"

namespace rt3d::jit {

struct TransformArgs {
  const float* in;  // element (0, 0) of the first tile, inside the image or not
  float* out;
  const float* bias;      // one vector; read with an epilogue
  const float* residual;  // of output (0, 0); read with an epilogue that adds one
  float* scratch;         // transform_scratch_bytes() of one's own
  std::int64_t count;     // tiles, at least 1
};

// Distances in bytes: between rows (y) and columns (x) of a tile, and between tiles.
struct TransformStrides {
  std::int32_t y = 0, x = 0, tile = 0;
  bool operator==(const TransformStrides&) const = default;
};

// The rows and columns of a tile that lie inside the image: [first, last).
struct TileWindow {
  int y_first = 0, y_last = 0, x_first = 0, x_last = 0;
  bool operator==(const TileWindow&) const = default;
};

struct TransformShape {
  std::string label;  // names rows and cols
  const LinearMap* rows = nullptr;
  const LinearMap* cols = nullptr;
  TransformStrides in, out, residual;
  TileWindow read, write;
  bool epilogue = false;  // bias, residual and activation
  bool has_residual = false;
  kernels::Activation activation;

  std::string name() const;  // spells everything baked in
};

// Whether the ISA has registers enough.
bool transform_fits(Isa isa, const TransformShape& shape);
std::size_t transform_scratch_bytes(Isa isa, const TransformShape& shape);

void emit_transform(Asm& as, const TransformShape& shape);
std::shared_ptr<const Code> transform(Isa isa, const TransformShape& shape);

}  // namespace rt3d::jit
