// The tile of half-precision convolution (AArch64 with FEAT_FP16): `rows` output pixels × `vecs` vectors of eight output channels.
// Activations and weights are halves, the result and what comes in (bias, partial sums, residual) floats in blocks of four channels:
//
//   acc[rows][vecs] = 0                              // halves
//   for unit in units:  for k in 0 … depth-1:  acc[r][v] += w[unit.w + k][v] · a[unit.a + row_offset[r]][k]
//   sum = bias, or the partial sums already in memory;  sum += scale · acc, widened
//   store partial sums, or add the residual, apply the activation and store
//
// The caller bounds how many products one call adds in halves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jit/tile/tile.h"

namespace rt3d::jit {

// Offsets of units count bytes, as in tiles of floats; flags are kLoadPartial and kFinish.
struct HalfTileArgs {
  const std::byte* a;  // of row 0
  const Unit* units;
  std::int64_t unit_count;  // may be 0
  const std::byte* w;
  float* c;            // of row 0, block 0
  const float* bias;   // 2 · vecs blocks; read unless kLoadPartial
  const float* scale;  // 2 · vecs blocks: what the weights were divided by
  const float* residual;
  std::int64_t flags;
};

struct HalfTileShape {
  int vecs = 1;
  int depth = 1;                     // k steps per unit, at most 8
  std::vector<std::int32_t> a_rows;  // bytes from row 0's activations to row r's
  std::vector<std::int32_t> c_rows;  // bytes from row 0's result to row r's
  std::int32_t c_block = 0;          // bytes from one block of four output channels to the next
  bool odd_blocks = false;           // the last vector's upper block does not exist
  bool has_residual = false;
  std::vector<std::int32_t> residual_rows;
  std::int32_t residual_block = 0;
  kernels::Activation activation;

  int rows() const { return static_cast<int>(a_rows.size()); }
  std::string name() const;  // spells everything baked in
};

// What tile_fits() says of NEON's tiles of floats holds here, too: as many rows and vectors.
void emit_half_tile(Asm& as, const HalfTileShape& shape);
std::shared_ptr<const Code> half_tile(const HalfTileShape& shape);

}  // namespace rt3d::jit
