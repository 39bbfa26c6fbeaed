// The pixel tile: the multiply loop of sparse layers whose groups of output channels are narrower than a vector. Lanes are pixels,
// so the layout of activations is [channel][pixel]; `vectors` vectors of pixels × `channels` output channels are kept in registers
// while a list of units is walked:
//
//   c[channels][vectors] = 0
//   for unit in units:
//     for k in 0 … depth-1:                        // the unit's input channels, unrolled
//       c[m][v] += w[unit.w + k][m] · a[unit.a + k · a_channel + v vectors]
//   add the partial sums in memory, where there are any, and store
//
// Of TileArgs there are no bias and residual, of the flags only kLoadPartial; weights are [unit][depth][channels], and each unit
// prefetches as many bytes of what comes after. Pixels need no alignment. Pixels behind the last one may be anything that may be read
// and written: lanes do not mix. x86-64 only.
#pragma once

#include "jit/tile/tile.h"

namespace rt3d::jit {

struct PixelTileShape {
  int vectors = 1;
  int channels = 8;
  int depth = 1;
  std::int32_t a_channel = 0;  // bytes from one input channel to the next
  std::int32_t c_channel = 0;  // bytes from one output channel to the next

  std::string name() const;  // spells everything baked in
};

// The most vectors that a tile of so many output channels can have; 0 when not even one fits, or on AArch64.
int most_pixel_vectors(Isa isa, int channels);

void emit_pixel_tile(Asm& as, const PixelTileShape& shape);
std::shared_ptr<const Code> pixel_tile(Isa isa, const PixelTileShape& shape);

}  // namespace rt3d::jit
