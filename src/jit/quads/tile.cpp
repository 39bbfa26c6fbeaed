#include "jit/quads/tile.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "base/error.h"
#include "jit/asm/activation.h"
#include "jit/tile/unit_loop.h"

namespace rt3d::jit {
namespace {

constexpr int kTogether = 2;

// rows · 2 accumulators | 2 weights | activations, at least one. In the end every two rows come together in the first accumulator of
// the first.
struct Registers {
  const Asm& as;
  const QuadTileShape& s;

  int tile() const { return s.rows() * s.vecs; }
  Vec acc(int r, int v) const { return {r * s.vecs + v}; }
  Vec weight(int v) const { return {tile() + v}; }
  Vec activations(int i) const {
    const int first = tile() + s.vecs;
    return {first + i % (as.vectors() - first)};
  }
  Vec scratch() const { return {tile()}; }

  int rows_of(int first) const { return std::min(kTogether, s.rows() - first); }
  Vec result(int first) const { return acc(first, 0); }
};

// Brings the activations of a later unit near: a slab stays in L2, and units jump about in it.
void emit_prefetch(Asm& as, const QuadTileShape& s) {
  std::set<std::int32_t> lines;
  for (std::int32_t row : s.a_rows) lines.insert(row / kLineBytes * kLineBytes);
  as.load_int32(kUnitA, kUnits, kUnitsAhead * static_cast<std::int32_t>(sizeof(Unit)) + offsetof(Unit, a));
  as.add(kUnitA, kA);
  for (std::int32_t line : lines) as.prefetch_near(kUnitA, line);
}

void emit_unit(Asm& as, const QuadTileShape& s, const Registers& regs) {
  emit_prefetch(as, s);
  emit_next_unit(as);
  emit_prefetch_ahead(as, s.ahead_lines * kLineBytes);
  for (int k = 0; k < s.depth; k += 4) {
    for (int v = 0; v < s.vecs; ++v)
      as.load(regs.weight(v), kUnitW, (k / 4 * s.vecs + v) * as.vector_bytes());
    for (int r = 0; r < s.rows(); ++r) {
      const std::int32_t at = s.a_rows[static_cast<std::size_t>(r)] + k * 4;
      if (s.spread)
        as.load_and_spread_four(regs.activations(r), kUnitA, at);
      else
        as.broadcast_four(regs.activations(r), kUnitA, at);
      for (int v = 0; v < s.vecs; ++v) as.fma(regs.acc(r, v), regs.weight(v), regs.activations(r));
    }
  }
}

// The accumulators of two rows into one vector: row by row the output channels. Where the second row is missing, what stands in its
// place is never stored.
void emit_sums(Asm& as, const Registers& regs, int first) {
  const Vec sums = regs.result(first), scratch = regs.scratch();
  Vec second = sums;
  as.add_pairs(sums, sums, regs.acc(first, 1), scratch);
  if (regs.rows_of(first) > 1) {
    second = regs.acc(first + 1, 0);
    as.add_pairs(second, second, regs.acc(first + 1, 1), scratch);
  }
  as.add_pairs(sums, sums, second, scratch);
  as.part_pairs(sums);
}

// Adds what lies at `base` for each row, `at` bytes away, to every result.
void emit_add_rows(Asm& as, const QuadTileShape& s, const Registers& regs, Gp base,
                   const std::vector<std::int32_t>& at) {
  for (int r = 0; r < s.rows(); r += kTogether) {
    for (int i = 0; i < regs.rows_of(r); ++i)
      as.load_half(regs.scratch(), i, base, at[static_cast<std::size_t>(r) + static_cast<std::size_t>(i)]);
    as.add(regs.result(r), regs.result(r), regs.scratch());
  }
}

void emit_bias(Asm& as, const QuadTileShape& s, const Registers& regs) {
  as.load_pointer(kUnitW, kArgs, offsetof(TileArgs, bias));
  for (int i = 0; i < kTogether; ++i) as.load_half(regs.scratch(), i, kUnitW, 0);
  for (int r = 0; r < s.rows(); r += kTogether) as.add(regs.result(r), regs.result(r), regs.scratch());
}

void emit_finish(Asm& as, const QuadTileShape& s, const Registers& regs) {
  if (s.has_residual) {
    as.load_pointer(kUnitW, kArgs, offsetof(TileArgs, residual));
    emit_add_rows(as, s, regs, kUnitW, s.residual_rows);
  }
  std::vector<Vec> values, scratch;
  for (int i = 0; i < as.vectors(); ++i) {
    const bool result = i < regs.tile() && i % (kTogether * s.vecs) == 0;
    (result ? values : scratch).push_back({i});
  }
  emit_activation(as, s.activation, values, scratch);
}

void emit_store(Asm& as, const QuadTileShape& s, const Registers& regs) {
  const Label from_bias = as.new_label(), ready = as.new_label(), plain = as.new_label();
  for (int r = 0; r < s.rows(); r += kTogether) emit_sums(as, regs, r);
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, flags));
  as.jump_if_bit_clear(kUnitA, 0, from_bias);
  emit_add_rows(as, s, regs, kC, s.c_rows);
  as.jump(ready);
  as.bind(from_bias);
  emit_bias(as, s, regs);
  as.bind(ready);
  as.jump_if_bit_clear(kUnitA, 1, plain);
  emit_finish(as, s, regs);
  as.bind(plain);
  for (int r = 0; r < s.rows(); r += kTogether)
    for (int i = 0; i < regs.rows_of(r); ++i)
      as.store_half(regs.result(r), i, kC,
                    s.c_rows[static_cast<std::size_t>(r) + static_cast<std::size_t>(i)]);
}

}  // namespace

void emit_quad_tile(Asm& as, const QuadTileShape& s) {
  const Registers regs{as, s};
  if (as.isa() != Isa::avx512 || s.vecs != kQuadVecs || s.depth % 4 != 0 ||
      !tile_fits(as.isa(), s.rows(), s.vecs, s.activation))
    fail(rt3d::Code::internal, "tile ", s.name(), " does not fit");
  // Where the sums go, and may come from, is far away by now.
  as.load_pointer(kC, kArgs, offsetof(TileArgs, c));
  for (std::int32_t at : s.c_rows) as.prefetch_near(kC, at);
  emit_residual_prefetch(as, s);
  for (int i = 0; i < regs.tile(); ++i) as.zero({i});
  emit_tile_units(as, s.ahead_lines > 0, [&] { emit_unit(as, s, regs); });
  emit_store(as, s, regs);
}

std::shared_ptr<const Code> quad_tile(Isa isa, const QuadTileShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_quad_tile(as, shape); });
}

}  // namespace rt3d::jit
