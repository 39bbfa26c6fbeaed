#include "jit/half_tile.h"

#include <algorithm>
#include <cstddef>

#include "base/error.h"
#include "jit/emit_activation.h"
#include "jit/lane_loop.h"

namespace rt3d::jit {
namespace {

// Register use. Activations come first: a multiplication by lane of halves reaches registers 0-15 only.
//   rows activations (8 channels each) | a ring of weights, at least vecs | accumulators by vector, then row
// When the units are done, all but the accumulators is free, and so are those already added to the sums.
struct Registers {
  const Asm& as;
  int rows, vecs;

  int accumulators() const { return rows * vecs; }
  int first() const { return as.vectors() - accumulators(); }
  Vec acc(int i) const { return {first() + i}; }
};

constexpr Gp kArgs{0}, kA{1}, kUnits{2}, kCount{3}, kW{4}, kUnitA{5}, kUnitW{6}, kC{7};
constexpr Gp kFlags = kUnitA, kBias = kUnitW, kScale = kCount, kResidual = kUnits;  // behind the units

void emit_units(Asm& as, const HalfTileShape& s, const Registers& regs) {
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(top);
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.load_int32(kUnitW, kUnits, offsetof(Unit, w));
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  as.add(kUnitA, kA);
  as.add(kUnitW, kW);
  emit_lane_loop(as, {.a_rows = s.a_rows,
                      .vecs = s.vecs,
                      .steps = s.depth,
                      .channels = 8,
                      .activations = 0,
                      .weights = s.rows(),
                      .ring = regs.first() - s.rows(),
                      .a = kUnitA,
                      .w = kUnitW,
                      .before_step = {},
                      .multiply = [&](int r, int v, int, Vec weight, Vec activation, int lane) {
                        as.fma_lane_half(regs.acc(v * regs.rows + r), weight, activation, lane);
                      }});
  as.decrement_and_loop(kCount, top);
  as.bind(done);
}

// Four channels of a row's result: which half of which accumulator, and where it lies.
struct Sum {
  int accumulator, half;
  std::size_t row;
  std::int32_t block;  // of output channels
  Vec reg;
};

// Adds some accumulators to their sums, finishes and stores these.
struct Batch {
  Asm& as;
  const HalfTileShape& s;
  const Registers& regs;
  std::vector<Sum> sums;
  std::vector<Vec> scratch;  // the first four: widened halves, and the scale of the vector at hand

  std::int32_t c_at(const Sum& sum) const { return s.c_rows[sum.row] + sum.block * s.c_block; }

  void load() const {
    const Label from_bias = as.new_label(), ready = as.new_label();
    as.jump_if_bit_clear(kFlags, 0, from_bias);
    for (const Sum& sum : sums) as.load(sum.reg, kC, c_at(sum));
    as.jump(ready);
    as.bind(from_bias);
    for (const Sum& sum : sums) as.load(sum.reg, kBias, sum.block * as.vector_bytes());
    as.bind(ready);
  }
  void add() const {
    std::int32_t scales = -1;
    for (const Sum& sum : sums) {
      if (sum.block / 2 != scales) {
        scales = sum.block / 2;
        as.load_pair(scratch[2], scratch[3], kScale, scales * 2 * as.vector_bytes());
      }
      if (sum.half == 0) as.widen(scratch[0], scratch[1], regs.acc(sum.accumulator));
      as.fma(sum.reg, scratch[static_cast<std::size_t>(sum.half)],
             scratch[static_cast<std::size_t>(2 + sum.half)]);
    }
  }
  void finish() const {
    const Label plain = as.new_label();
    as.jump_if_bit_clear(kFlags, 1, plain);
    std::vector<Vec> values;
    for (const Sum& sum : sums) {
      values.push_back(sum.reg);
      if (s.has_residual)
        as.add_load(sum.reg, kResidual, s.residual_rows[sum.row] + sum.block * s.residual_block, scratch[0]);
    }
    emit_activation(as, s.activation, values, scratch);
    as.bind(plain);
  }
  void store() const {
    for (const Sum& sum : sums) as.store(sum.reg, kC, c_at(sum));
  }
};

void emit_sums(Asm& as, const HalfTileShape& s, const Registers& regs) {
  constexpr int kScratch = 4;
  as.load_pointer(kC, kArgs, offsetof(HalfTileArgs, c));
  as.load_pointer(kFlags, kArgs, offsetof(HalfTileArgs, flags));
  as.load_pointer(kBias, kArgs, offsetof(HalfTileArgs, bias));
  as.load_pointer(kScale, kArgs, offsetof(HalfTileArgs, scale));
  if (s.has_residual) as.load_pointer(kResidual, kArgs, offsetof(HalfTileArgs, residual));
  for (int done = 0; done < regs.accumulators();) {
    Batch batch{as, s, regs, {}, {}};
    int next = 0;  // of the free registers
    for (; next < kScratch; ++next) batch.scratch.push_back({next});
    const int free = regs.first() + done, end = std::min(regs.accumulators(), done + (free - kScratch) / 2);
    for (; done < end; ++done)
      for (int half = 0; half < 2; ++half) {
        const std::int32_t block = done / regs.rows * 2 + half;
        if (s.odd_blocks && block == 2 * s.vecs - 1) continue;
        batch.sums.push_back({done, half, static_cast<std::size_t>(done % regs.rows), block, {next++}});
      }
    batch.load();
    batch.add();
    batch.finish();
    batch.store();
  }
}

}  // namespace

std::string HalfTileShape::name() const {
  std::string text = cat("half_tile_r", rows(), "_v", vecs, "_k", depth, "_a", distances(a_rows), "_c",
                         distances(c_rows), "_", c_block, "_", activation_label(activation));
  if (odd_blocks) text += "_odd";
  if (has_residual) text += cat("_res", distances(residual_rows), "_", residual_block);
  return text;
}

void emit_half_tile(Asm& as, const HalfTileShape& s) {
  const Registers regs{as, s.rows(), s.vecs};
  if (!tile_fits(as.isa(), s.rows(), s.vecs, s.activation) || s.depth > 8)
    fail(rt3d::Code::internal, "tile ", s.name(), " does not fit");
  as.load_pointer(kA, kArgs, offsetof(HalfTileArgs, a));
  as.load_pointer(kUnits, kArgs, offsetof(HalfTileArgs, units));
  as.load_pointer(kCount, kArgs, offsetof(HalfTileArgs, unit_count));
  as.load_pointer(kW, kArgs, offsetof(HalfTileArgs, w));
  for (int i = 0; i < regs.accumulators(); ++i) as.zero(regs.acc(i));
  emit_units(as, s, regs);
  emit_sums(as, s, regs);
}

std::shared_ptr<const Code> half_tile(const HalfTileShape& shape) {
  return generate(shape.name(), Isa::neon, [&](Asm& as) { emit_half_tile(as, shape); });
}

}  // namespace rt3d::jit
