// The tile of sparse layers whose groups of output channels are narrower than a vector. Lanes are not output channels alone: each four of
// them hold the products of one output channel with four input channels, so that an accumulator serves lanes / 4 output channels and
// one load of four activations, repeated over the vector, feeds all accumulators of a pixel:
//
//   c[r][v][m][4] = 0
//   for unit in units, for four of its channels:
//     c[r][v][m][i] += a[unit.a + row_offset[r] + i] · w[unit.w][v][m][i]
//   add up the fours, put the output channels of a pixel together, add the bias or the partial sums in memory
//   store partial sums, or add the residual, apply the activation and store
//
// Arguments, shapes and distances are those of tile.h, with two accumulators for the eight output channels of a group; depth is a multiple
// of four; output channel 2 m + v belongs to the lanes [4 m, 4 m + 4) of vector v. AVX-512 only: with eight lanes it gains nothing over
// pixels in lanes (pixels/tile.h).
#pragma once

#include <memory>
#include <string>

#include "jit/tile/tile.h"

namespace rt3d::jit {

inline constexpr int kQuadOutputs = 8;  // output channels of a tile
inline constexpr int kQuadVecs = 2;

struct QuadTileShape : TileShape {
  bool spread = false;  // activations by a short load and a shuffle, not by a broadcast of four

  std::string name() const { return TileShape::name() + (spread ? "_quads_spread" : "_quads"); }
};

void emit_quad_tile(Asm& as, const QuadTileShape& shape);
std::shared_ptr<const Code> quad_tile(Isa isa, const QuadTileShape& shape);
std::shared_ptr<const Code> tile(Isa isa,
                                 const QuadTileShape& shape) = delete;  // it would leave the quads out

}  // namespace rt3d::jit
