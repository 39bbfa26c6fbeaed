#include "jit/pixel_tile.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"

namespace rt3d::jit {
namespace {

// Register use: channels · vectors accumulators | vectors of pixels | broadcast weights, at least one.
struct Registers {
  const PixelTileShape& s;
  int count;

  Vec acc(int m, int v) const { return {m * s.vectors + v}; }
  Vec pixels(int v) const { return {s.channels * s.vectors + v}; }
  Vec weight(int i) const {
    const int first = (s.channels + 1) * s.vectors;
    return {first + i % (count - first)};
  }
};

constexpr Gp kArgs{0}, kA{1}, kUnits{2}, kCount{3}, kW{4}, kUnitA{5}, kUnitW{6}, kC{7};

void emit_start(Asm& as, const PixelTileShape& s, const Registers& regs) {
  const Label zero = as.new_label(), ready = as.new_label();
  as.load_pointer(kUnitA, kArgs, offsetof(PixelTileArgs, flags));
  as.jump_if_bit_clear(kUnitA, 0, zero);
  for (int m = 0; m < s.channels; ++m)
    for (int v = 0; v < s.vectors; ++v) as.load(regs.acc(m, v), kC, m * s.c_channel + v * as.vector_bytes());
  as.jump(ready);
  as.bind(zero);
  for (int m = 0; m < s.channels; ++m)
    for (int v = 0; v < s.vectors; ++v) as.zero(regs.acc(m, v));
  as.bind(ready);
}

void emit_unit(Asm& as, const PixelTileShape& s, const Registers& regs) {
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.load_int32(kUnitW, kUnits, offsetof(Unit, w));
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  as.add(kUnitA, kA);
  as.add(kUnitW, kW);
  for (int k = 0; k < s.depth; ++k) {
    for (int v = 0; v < s.vectors; ++v)
      as.load(regs.pixels(v), kUnitA, k * s.a_channel + v * as.vector_bytes());
    for (int m = 0; m < s.channels; ++m) {
      const int i = k * s.channels + m;
      as.broadcast(regs.weight(i), kUnitW, i * 4);
      for (int v = 0; v < s.vectors; ++v) as.fma(regs.acc(m, v), regs.pixels(v), regs.weight(i));
    }
  }
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
  const Registers regs{s, as.vectors()};
  as.load_pointer(kC, kArgs, offsetof(PixelTileArgs, c));
  emit_start(as, s, regs);
  as.load_pointer(kA, kArgs, offsetof(PixelTileArgs, a));
  as.load_pointer(kUnits, kArgs, offsetof(PixelTileArgs, units));
  as.load_pointer(kCount, kArgs, offsetof(PixelTileArgs, unit_count));
  as.load_pointer(kW, kArgs, offsetof(PixelTileArgs, w));
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(top);
  emit_unit(as, s, regs);
  as.decrement_and_loop(kCount, top);
  as.bind(done);
  for (int m = 0; m < s.channels; ++m)
    for (int v = 0; v < s.vectors; ++v) as.store(regs.acc(m, v), kC, m * s.c_channel + v * as.vector_bytes());
}

std::shared_ptr<const Code> pixel_tile(Isa isa, const PixelTileShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_pixel_tile(as, shape); });
}

}  // namespace rt3d::jit
