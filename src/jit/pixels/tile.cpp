#include "jit/pixels/tile.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"
#include "jit/tile/unit_loop.h"

namespace rt3d::jit {
namespace {

// Register use: sets of channels · vectors accumulators | vectors of pixels | broadcast weights, at least one.
struct Registers {
  const PixelTileShape& s;
  int count;
  int sets;  // of accumulators: k steps take turns

  int tile() const { return s.channels * s.vectors; }
  Vec acc(int m, int v, int k = 0) const { return {k % sets * tile() + m * s.vectors + v}; }
  Vec pixels(int v) const { return {sets * tile() + v}; }
  Vec weight(int i) const {
    const int first = sets * tile() + s.vectors;
    return {first + i % (count - first)};
  }
};

// An FMA waits four cycles for the one before it into the same register, and two start in every cycle: with no more than twice as
// many accumulators as that takes, order of execution decides.
int accumulator_sets(const Asm& as, const PixelTileShape& s) {
  const int tile = s.channels * s.vectors, most = (as.vectors() - s.vectors - 1) / tile;
  return std::clamp(16 / tile, 1, std::min(most, s.depth));
}

void emit_unit(Asm& as, const PixelTileShape& s, const Registers& regs) {
  emit_next_unit(as);
  emit_prefetch_ahead(as, s.depth * s.channels * 4);
  for (int k = 0; k < s.depth; ++k) {
    for (int v = 0; v < s.vectors; ++v)
      as.load(regs.pixels(v), kUnitA, k * s.a_channel + v * as.vector_bytes());
    for (int m = 0; m < s.channels; ++m) {
      const int i = k * s.channels + m;
      as.broadcast(regs.weight(i), kUnitW, i * 4);
      for (int v = 0; v < s.vectors; ++v) as.fma(regs.acc(m, v, k), regs.pixels(v), regs.weight(i));
    }
  }
}

void emit_store(Asm& as, const PixelTileShape& s, const Registers& regs) {
  const Label all = as.new_label();
  const auto at = [&](int m, int v) { return m * s.c_channel + v * as.vector_bytes(); };
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, flags));
  as.jump_if_bit_clear(kUnitA, 0, all);
  for (int m = 0; m < s.channels; ++m)
    for (int v = 0; v < s.vectors; ++v) as.add_load(regs.acc(m, v), kC, at(m, v), regs.pixels(0));
  as.bind(all);
  for (int m = 0; m < s.channels; ++m)
    for (int v = 0; v < s.vectors; ++v) as.store(regs.acc(m, v), kC, at(m, v));
}

}  // namespace

std::string PixelTileShape::name() const {
  return cat("pixels_v", vectors, "_m", channels, "_k", depth, "_a", a_channel, "_c", c_channel);
}

int most_pixel_vectors(Isa isa, int channels) {
  if (isa != Isa::avx2 && isa != Isa::avx512) return 0;
  return std::max(0, (isa_vectors(isa) - 1) / (channels + 1));
}

void emit_pixel_tile(Asm& as, const PixelTileShape& s) {
  if (s.vectors < 1 || s.vectors > most_pixel_vectors(as.isa(), s.channels))
    fail(rt3d::Code::internal, "pixel tile ", s.name(), " does not fit");
  const Registers regs{s, as.vectors(), accumulator_sets(as, s)};
  for (int i = 0; i < regs.sets * regs.tile(); ++i) as.zero({i});
  emit_tile_units(as, true, [&] { emit_unit(as, s, regs); });
  for (int i = regs.tile(); i < regs.sets * regs.tile(); ++i)
    as.add({i % regs.tile()}, {i % regs.tile()}, {i});
  emit_store(as, s, regs);
}

std::shared_ptr<const Code> pixel_tile(Isa isa, const PixelTileShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_pixel_tile(as, shape); });
}

}  // namespace rt3d::jit
