#include "jit/tile/tile.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "base/checksum.h"
#include "base/error.h"
#include "jit/asm/activation.h"
#include "jit/tile/lane_loop.h"
#include "jit/tile/unit_loop.h"

namespace rt3d::jit {
namespace {

// Register use. Accumulators first, then the operands of the inner loop; what the epilogue needs reuses the
// operands.
//   x86-64:  rows·vecs | vecs weights | 1-2 broadcasts
//   AArch64: rows·vecs, twice in small tiles | rows activations (4 channels each) | weights, at least vecs
struct Registers {
  const Asm& as;
  int rows, vecs;
  int sets = 1;  // of accumulators: even and odd k steps add into sets of their own where there are two

  int tile() const { return rows * vecs; }
  int accumulators() const { return sets * tile(); }
  Vec acc(int r, int v, int k = 0) const { return {k % sets * tile() + r * vecs + v}; }
  Vec free(int i) const { return {accumulators() + i}; }
  int free_count() const { return as.vectors() - accumulators(); }
};

// An FMA waits four cycles for the one before it into the same register: fewer than eight accumulators leave two units idle.
int accumulator_sets(const Asm& as, const TileShape& s) {
  const int tile = s.rows() * s.vecs;
  return as.has_fma_lane() && tile < 8 && s.depth > 1 ? 2 : 1;
}

void emit_start(Asm& as, const TileShape& s, const Registers& regs) {
  const Label from_bias = as.new_label(), near = as.new_label(), ready = as.new_label();
  as.load_pointer(kC, kArgs, offsetof(TileArgs, c));
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, flags));
  as.load_pointer(kUnitW, kArgs, offsetof(TileArgs, bias));
  as.jump_if_bit_clear(kUnitA, 0, from_bias);
  as.jump_if_bit_clear(kUnitA, 2, near);
  for (int v = 0; v < s.vecs; ++v)
    for (int r = 0; r < s.rows(); ++r)
      as.prefetch_near(kC, s.c_rows[static_cast<std::size_t>(r)] + v * s.c_vec);
  as.bind(near);
  for (int i = 0; i < regs.tile(); ++i) as.zero({i});
  as.jump(ready);
  as.bind(from_bias);
  for (int v = 0; v < s.vecs; ++v) {
    as.load(regs.acc(0, v), kUnitW, v * as.vector_bytes());
    for (int r = 1; r < s.rows(); ++r) as.copy(regs.acc(r, v), regs.acc(0, v));
  }
  as.bind(ready);
  for (int i = regs.tile(); i < regs.accumulators(); ++i) as.zero({i});
}

// The share of the unit's prefetches that belongs to k step k: spread, so that they do not queue up. kC points to them while the
// units are walked.
void emit_prefetch(Asm& as, const TileShape& s, int k) {
  if (s.ahead_lines == 0) return;
  for (int i = s.ahead_lines * k / s.depth; i < s.ahead_lines * (k + 1) / s.depth; ++i)
    as.prefetch(kC, i * kLineBytes);
  if (k + 1 == s.depth) as.add(kC, s.ahead_lines * kLineBytes);
}

// The share of k step k in bringing near the activations of a later call: cache lines of its rows.
void emit_input_prefetch(Asm& as, const TileShape& s, int k) {
  if (s.input_ahead == 0) return;
  std::set<std::int32_t> lines;
  for (int r = 0; r < s.rows(); r += s.input_step)
    for (std::int32_t at = 0; at < s.depth * 4; at += kLineBytes)
      lines.insert((s.a_rows[static_cast<std::size_t>(r)] + at) / kLineBytes * kLineBytes);
  const int count = static_cast<int>(lines.size()), first = count * k / s.depth,
            end = count * (k + 1) / s.depth;
  auto line = std::next(lines.begin(), first);
  for (int i = first; i < end; ++i) as.prefetch(kUnitA, s.input_ahead + *line++);
}

// The rows that a unit multiplies.
using Rows = std::vector<int>;

Rows rows_of(const TileShape& s, std::uint64_t column) {
  Rows rows;
  for (int r = 0; r < s.rows(); ++r)
    if ((column >> r & 1) != 0) rows.push_back(r);
  return rows;
}

// One k step by broadcasting each row's activation.
void emit_step_broadcast(Asm& as, const TileShape& s, const Registers& regs, const Rows& rows, int k) {
  emit_prefetch(as, s, k);
  emit_input_prefetch(as, s, k);
  const int row_bytes = s.vecs * as.vector_bytes();
  for (int v = 0; v < s.vecs; ++v) as.load(regs.free(v), kUnitW, k * row_bytes + v * as.vector_bytes());
  const int broadcasts = std::min(2, regs.free_count() - s.vecs);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const int r = rows[i];
    const std::int32_t at = s.a_rows[static_cast<std::size_t>(r)] + k * 4;
    const Vec b = regs.free(s.vecs + static_cast<int>(i) % broadcasts);
    if (s.vecs == 1) {
      as.fma_broadcast(regs.acc(r, 0, k), regs.free(0), kUnitA, at, b);
      continue;
    }
    as.broadcast(b, kUnitA, at);
    for (int v = 0; v < s.vecs; ++v) as.fma(regs.acc(r, v, k), regs.free(v), b);
  }
}

// Four k steps, rows in groups of four: two by loads, two spread. Registers: four weights, the four channels of two rows, one of them.
void emit_steps_by_fours(Asm& as, const TileShape& s, const Registers& regs, const Rows& rows, int k) {
  constexpr int kSteps = 4, kRows = 4;
  for (int j = 0; j < kSteps; ++j) {
    emit_prefetch(as, s, k + j);
    emit_input_prefetch(as, s, k + j);
    as.load(regs.free(j), kUnitW, (k + j) * as.vector_bytes());
  }
  const auto row = [&](int i) { return rows[static_cast<std::size_t>(i)]; };
  const auto at = [&](int i) { return s.a_rows[static_cast<std::size_t>(row(i))] + k * 4; };
  const auto spread = [](int i) { return i % 2 == 1; };
  const int count = static_cast<int>(rows.size());
  for (int first = 0; first < count; first += kRows) {
    const int last = std::min(count, first + kRows);
    for (int i = first; i < last; ++i)
      if (spread(i)) as.broadcast_four(regs.free(kSteps + i % kRows / 2), kUnitA, at(i));
    for (int j = 0; j < kSteps; ++j)
      for (int i = first; i < last; ++i) {
        const Vec one = regs.free(kSteps + 2);
        if (!spread(i)) {
          as.fma_broadcast(regs.acc(row(i), 0, k + j), regs.free(j), kUnitA, at(i) + j * 4, one);
          continue;
        }
        as.spread_of_four(one, regs.free(kSteps + i % kRows / 2), j);
        as.fma(regs.acc(row(i), 0, k + j), regs.free(j), one);
      }
  }
}

// The unit's first `steps` k steps where each row's activations lie four channels to a register.
void emit_steps_by_lane(Asm& as, const TileShape& s, const Registers& regs, const Rows& rows, int steps) {
  std::vector<std::int32_t> a_rows;
  for (int r : rows) a_rows.push_back(s.a_rows[static_cast<std::size_t>(r)]);
  const int count = static_cast<int>(rows.size());
  emit_lane_loop(as, {.a_rows = a_rows,
                      .vecs = s.vecs,
                      .steps = steps,
                      .channels = 4,
                      .activations = regs.free(0).id,
                      .weights = regs.free(count).id,
                      .ring = regs.free_count() - count,
                      .a = kUnitA,
                      .w = kUnitW,
                      .before_step =
                          [&](int k) {
                            emit_prefetch(as, s, k);
                            emit_input_prefetch(as, s, k);
                          },
                      .multiply =
                          [&](int i, int v, int k, Vec weight, Vec activation, int lane) {
                            as.fma_lane(regs.acc(rows[static_cast<std::size_t>(i)], v, k), weight, activation,
                                        lane);
                          }});
}

void emit_unit(Asm& as, const TileShape& s, const Registers& regs, const Rows& rows) {
  emit_next_unit(as);
  if (rows.empty()) {
    for (int k = 0; k < s.depth; ++k) emit_prefetch(as, s, k);
    return;
  }
  const int by_lane = !as.has_fma_lane() ? 0 : s.exact_reads ? s.depth / 4 * 4 : s.depth;
  if (by_lane > 0) emit_steps_by_lane(as, s, regs, rows, by_lane);
  for (int k = 0; s.by_fours && k < s.depth; k += 4) emit_steps_by_fours(as, s, regs, rows, k);
  for (int k = by_lane; !s.by_fours && k < s.depth; ++k) emit_step_broadcast(as, s, regs, rows, k);
}

// The lines of the next tile along a row, for every vector of output channels.
void emit_row_prefetches(Asm& as, const TileShape& s, Gp base, const std::vector<std::int32_t>& rows,
                         std::int32_t vec) {
  const std::int32_t bytes = rows.back() - rows.front() + as.vector_bytes();
  for (int v = 0; v < s.vecs; ++v)
    for (std::int32_t at = 0; at < bytes; at += kLineBytes) as.prefetch(base, v * vec + bytes + at);
}

// Adds what lies at `base` to the accumulators. AArch64 loads as much as there are registers for before it adds: cores that issue in
// order wait for each load.
void emit_add_memory(Asm& as, const TileShape& s, const Registers& regs, Gp base,
                     const std::vector<std::int32_t>& rows, std::int32_t vec) {
  const auto at = [&](int i) { return rows[static_cast<std::size_t>(i / s.vecs)] + i % s.vecs * vec; };
  const int together = as.has_fma_lane() ? regs.free_count() : 1;
  for (int first = 0; first < regs.tile(); first += together) {
    const int end = std::min(regs.tile(), first + together);
    if (together == 1) {
      as.add_load({first}, base, at(first), regs.free(0));
      continue;
    }
    for (int i = first; i < end; ++i) as.load(regs.free(i - first), base, at(i));
    for (int i = first; i < end; ++i) as.add({i}, {i}, regs.free(i - first));
  }
}

void emit_store(Asm& as, const TileShape& s, const Registers& regs) {
  for (int i = regs.tile(); i < regs.accumulators(); ++i) as.add({i - regs.tile()}, {i - regs.tile()}, {i});
  const Label all = as.new_label(), plain = as.new_label();
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, flags));
  as.jump_if_bit_clear(kUnitA, 0, all);
  emit_add_memory(as, s, regs, kC, s.c_rows, s.c_vec);
  as.bind(all);
  as.jump_if_bit_clear(kUnitA, 1, plain);
  if (s.has_residual) {
    as.load_pointer(kUnitW, kArgs, offsetof(TileArgs, residual));
    if (s.input_ahead) emit_row_prefetches(as, s, kUnitW, s.residual_rows, s.residual_vec);
    emit_add_memory(as, s, regs, kUnitW, s.residual_rows, s.residual_vec);
  }
  std::vector<Vec> values, scratch;
  for (int i = 0; i < regs.tile(); ++i) values.push_back({i});
  for (int i = regs.tile(); i < as.vectors(); ++i) scratch.push_back({i});
  emit_activation(as, s.activation, values, scratch);
  as.bind(plain);
  for (int v = 0; v < s.vecs; ++v)
    for (int r = 0; r < s.rows(); ++r)
      as.store(regs.acc(r, v), kC, s.c_rows[static_cast<std::size_t>(r)] + v * s.c_vec);
}

}  // namespace

std::string distances(const std::vector<std::int32_t>& d) {
  const std::int32_t step = d.size() > 1 ? d[1] - d[0] : 0;
  for (std::size_t i = 1; i < d.size(); ++i) {
    if (d[i] - d[i - 1] == step) continue;
    std::string all;
    for (std::int32_t x : d) all += cat(x, ".");
    return cat("h", std::hex, checksum64(all));
  }
  return cat(step);
}

std::string TileShape::name() const {
  std::string text = cat("tile_r", rows(), "_v", vecs, "_k", depth, "_a", distances(a_rows), "_c",
                         distances(c_rows), "_", c_vec, "_", activation_label(activation));
  for (std::uint64_t column : columns) text += cat("_x", std::hex, column);
  if (has_residual) text += cat("_res", distances(residual_rows), "_", residual_vec);
  if (exact_reads) text += "_exact";
  if (by_fours) text += "_fours";
  if (ahead_lines) text += cat("_ahead", ahead_lines);
  if (input_ahead) text += cat("_next", input_ahead);
  if (input_step > 1) text += cat("_step", input_step);
  return text;
}

bool tile_by_fours_fits(Isa isa, int rows, int vecs, int depth) {
  constexpr int kOperands = 4 + 2 + 1;
  return isa == Isa::avx512 && vecs == 1 && depth % 4 == 0 && rows + kOperands <= isa_vectors(isa);
}

bool tile_columns_fit(std::int64_t columns, int depth) {
  constexpr std::int64_t kMostSteps = 48;  // three units of sixteen: 14 KB of AVX-512 code, the largest tile
  return columns * depth <= kMostSteps;
}

bool tile_fits(Isa isa, int rows, int vecs, const kernels::Activation& activation) {
  const int available = isa_vectors(isa) - rows * vecs;
  const int operands = isa == Isa::neon ? rows + vecs : vecs + 1;
  return rows >= 1 && vecs >= 1 && available >= std::max({operands, activation_scratch(activation.act), 1});
}

int most_rows(Isa isa, int vecs, const kernels::Activation& activation) {
  int rows = 0;
  while (rows < 32 && tile_fits(isa, rows + 1, vecs, activation)) ++rows;
  return rows;
}

void emit_residual_prefetch(Asm& as, const TileShape& s) {
  if (!s.has_residual) return;
  std::set<std::int32_t> vectors;
  for (int v = 0; v < s.vecs; ++v)
    for (std::int32_t row : s.residual_rows) vectors.insert(row + v * s.residual_vec);
  const Label later = as.new_label();
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, flags));
  as.jump_if_bit_clear(kUnitA, 1, later);
  as.load_pointer(kUnitA, kArgs, offsetof(TileArgs, residual));
  for (std::int32_t at : vectors) as.prefetch_near(kUnitA, at);
  as.bind(later);
}

void emit_tile(Asm& as, const TileShape& s) {
  const Registers regs{as, s.rows(), s.vecs, accumulator_sets(as, s)};
  if (!tile_fits(as.isa(), s.rows(), s.vecs, s.activation))
    fail(rt3d::Code::internal, "tile ", s.name(), " does not fit");
  if (!s.input_ahead) emit_residual_prefetch(as, s);
  emit_start(as, s, regs);
  emit_tile_units(as, s.ahead_lines > 0, [&] {
    if (s.columns.empty()) emit_unit(as, s, regs, rows_of(s, ~std::uint64_t{0}));
    for (std::uint64_t column : s.columns) emit_unit(as, s, regs, rows_of(s, column));
  });
  emit_store(as, s, regs);
}

std::shared_ptr<const Code> tile(Isa isa, const TileShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_tile(as, shape); });
}

}  // namespace rt3d::jit
