#include "jit/direct_f16/tile.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/error.h"
#include "jit/asm/activation.h"
#include "jit/tile/lane_loop.h"
#include "jit/tile/unit_loop.h"

namespace rt3d::jit {
namespace {

// Register use. Activations come first: a multiplication by lane of halves reaches registers 0-15 only.
//   rows activations (8 channels each) | a ring of weights, at least vecs | accumulators by vector, then row; twice in small tiles
// When the units are done, all but the accumulators is free, and so are those already added to the sums.
struct Registers {
  const Asm& as;
  int rows, vecs;
  int sets;  // of accumulators: even and odd k steps add into sets of their own where there are two

  int tile() const { return rows * vecs; }
  int first() const { return as.vectors() - sets * tile(); }
  Vec acc(int i, int set) const { return {first() + i * sets + set}; }
};

constexpr Gp kFlags = kUnitA, kBias = kUnitW, kScale = kCount, kResidual = kUnits;  // behind the units

void emit_unit(Asm& as, const HalfTileShape& s, const Registers& regs) {
  emit_next_unit(as);
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
                      .multiply = [&](int r, int v, int k, Vec weight, Vec activation, int lane) {
                        as.fma_lane_half(regs.acc(v * regs.rows + r, k % regs.sets), weight, activation,
                                         lane);
                      }});
}

// What one accumulator is added to: a row's result in two blocks of four channels, or in the only one that exists.
struct Sum {
  int accumulator;
  std::size_t row;
  std::int32_t block;  // the first
  std::vector<Vec> blocks;
};

// Adds some accumulators to their sums, finishes and stores these.
struct Batch {
  Asm& as;
  const HalfTileShape& s;
  const Registers& regs;
  std::vector<Sum> sums;
  std::vector<Vec> scratch;  // widened halves, and the scale of the vector at hand

  template <typename Visit>
  void each(const Visit& visit) const {  // (register, row, block)
    for (const Sum& sum : sums)
      for (std::size_t i = 0; i < sum.blocks.size(); ++i)
        visit(sum.blocks[i], sum.row, sum.block + static_cast<std::int32_t>(i));
  }
  void load() const {
    const Label from_bias = as.new_label(), ready = as.new_label();
    as.jump_if_bit_clear(kFlags, 0, from_bias);
    each([&](Vec sum, std::size_t row, std::int32_t block) {
      as.load(sum, kC, s.c_rows[row] + block * s.c_block);
    });
    as.jump(ready);
    as.bind(from_bias);
    each([&](Vec sum, std::size_t, std::int32_t block) { as.load(sum, kBias, block * as.vector_bytes()); });
    as.bind(ready);
  }
  void add() const {
    std::int32_t scaled = -1;
    for (const Sum& sum : sums) {
      if (sum.block != scaled) as.load_pair(scratch[2], scratch[3], kScale, sum.block * as.vector_bytes());
      scaled = sum.block;
      for (int set = 0; set < regs.sets; ++set) {
        as.widen(scratch[0], scratch[1], regs.acc(sum.accumulator, set));
        for (std::size_t i = 0; i < sum.blocks.size(); ++i) as.fma(sum.blocks[i], scratch[i], scratch[2 + i]);
      }
    }
  }
  void finish() const {
    const Label plain = as.new_label();
    as.jump_if_bit_clear(kFlags, 1, plain);
    std::vector<Vec> values;
    each([&](Vec sum, std::size_t row, std::int32_t block) {
      values.push_back(sum);
      if (s.has_residual)
        as.add_load(sum, kResidual, s.residual_rows[row] + block * s.residual_block, scratch[0]);
    });
    emit_activation(as, s.activation, values, scratch);
    as.bind(plain);
  }
  void store() const {
    each([&](Vec sum, std::size_t row, std::int32_t block) {
      as.store(sum, kC, s.c_rows[row] + block * s.c_block);
    });
  }
};

void emit_sums(Asm& as, const HalfTileShape& s, const Registers& regs) {
  constexpr int kScratch = 4;
  as.load_pointer(kC, kArgs, offsetof(HalfTileArgs, c));
  as.load_pointer(kFlags, kArgs, offsetof(HalfTileArgs, flags));
  as.load_pointer(kBias, kArgs, offsetof(HalfTileArgs, bias));
  as.load_pointer(kScale, kArgs, offsetof(HalfTileArgs, scale));
  if (s.has_residual) as.load_pointer(kResidual, kArgs, offsetof(HalfTileArgs, residual));
  for (int done = 0; done < regs.tile();) {
    Batch batch{as, s, regs, {}, {}};
    int next = 0;  // of the free registers
    for (; next < kScratch; ++next) batch.scratch.push_back({next});
    const int free = regs.first() + done * regs.sets;
    const int end = std::min(regs.tile(), done + (free - kScratch) / 2);
    for (; done < end; ++done) {
      const std::int32_t block = done / regs.rows * 2;
      Sum sum{done, static_cast<std::size_t>(done % regs.rows), block, {{next++}}};
      if (!s.odd_blocks || block + 2 < 2 * s.vecs) sum.blocks.push_back({next++});
      batch.sums.push_back(std::move(sum));
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
  constexpr int kEnough = 8;  // accumulators for two units of four cycles' latency
  const Registers regs{as, s.rows(), s.vecs, s.rows() * s.vecs < kEnough && s.depth > 1 ? 2 : 1};
  if (!tile_fits(as.isa(), s.rows(), s.vecs, s.activation) || s.depth > 8)
    fail(rt3d::Code::internal, "tile ", s.name(), " does not fit");
  emit_load_units<HalfTileArgs>(as);
  for (int i = regs.first(); i < as.vectors(); ++i) as.zero({i});
  emit_unit_loop(as, [&] { emit_unit(as, s, regs); });
  emit_sums(as, s, regs);
}

std::shared_ptr<const Code> half_tile(const HalfTileShape& shape) {
  return generate(shape.name(), Isa::neon, [&](Asm& as) { emit_half_tile(as, shape); });
}

}  // namespace rt3d::jit
