#include "jit/rows/code.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "base/error.h"
#include "jit/asm/activation.h"

namespace rt3d::jit {
namespace {

constexpr Gp kA{1}, kUnits{2}, kCount{3}, kRows{4}, kUnitA{5}, kUnitW{6}, kC{7};
constexpr int kMostTaps = 5;  // weights in registers at a time

int column(const RowShape& s, int r, int k) { return r * s.sw + k * s.dw; }
bool exists(const RowShape& s, int x) { return x >= s.piece.low && x < s.piece.high; }
int taps_held(const RowShape& s) { return std::min(s.kw, kMostTaps); }

// Pixels whose taps are multiplied in turn, so that no accumulator waits for itself.
int pixels_in_turn(Isa isa) { return isa_vectors(isa) >= 32 ? 4 : 2; }

// Columns that `pixels` pixels in turn want at once with one lot of taps.
int wanted(const RowShape& s, int pixels) {
  std::vector<int> xs;
  for (int r = 0; r < pixels; ++r)
    for (int k = 0; k < taps_held(s); ++k) xs.push_back(column(s, r, k));
  std::sort(xs.begin(), xs.end());
  return static_cast<int>(std::unique(xs.begin(), xs.end()) - xs.begin());
}

// max, sum: the columns that some pixel of the piece reads, in ascending order.
std::vector<int> columns(const RowShape& s) {
  std::vector<int> xs;
  for (int r = 0; r < s.piece.cols; ++r)
    for (int k = 0; k < s.kw; ++k)
      if (exists(s, column(s, r, k))) xs.push_back(column(s, r, k));
  std::sort(xs.begin(), xs.end());
  xs.erase(std::unique(xs.begin(), xs.end()), xs.end());
  return xs;
}

// Registers that columns are folded into: one each, or for a single pixel a few, so that none waits for itself.
int column_registers(const RowShape& s, int columns) {
  constexpr int kEnough = 8;
  return s.piece.cols == 1 ? std::min(columns, kEnough) : columns;
}

// Registers beside the columns: a result, and what its activation or factor needs.
int reduce_operands(const RowShape& s) { return 1 + std::max(1, activation_scratch(s.activation.act)); }

std::vector<Vec> from(Asm& as, int first) {
  std::vector<Vec> rest;
  for (int i = first; i < as.vectors(); ++i) rest.push_back({i});
  return rest;
}

// Loads of input columns into a few registers, each once as long as it is wanted.
class ColumnCache {
 public:
  ColumnCache(Asm& as, const RowShape& s, std::vector<Vec> registers)
      : as_(as), s_(s), registers_(std::move(registers)), held_(registers_.size(), kNothing) {}

  std::size_t size() const { return registers_.size(); }

  // From here on columns are channel j of each group.
  void channel(int j) {
    j_ = j;
    std::fill(held_.begin(), held_.end(), kNothing);
  }
  // Loads those of `xs` that are not held over ones that are not in `xs`.
  void hold(const std::vector<int>& xs) {
    std::size_t slot = 0;
    for (int x : xs) {
      if (std::find(held_.begin(), held_.end(), x) != held_.end()) continue;
      while (std::find(xs.begin(), xs.end(), held_[slot]) != xs.end()) ++slot;
      held_[slot] = x;
      load(registers_[slot], x);
    }
  }
  // acc += weight · column x, which need not be held.
  void multiply(Vec acc, Vec weight, int x) {
    const std::size_t slot = turn_++ % registers_.size();
    const Vec scratch = registers_[slot];
    held_[slot] = kNothing;
    if (s_.group == 1) return as_.fma_load(acc, weight, kUnitA, x * s_.pixel, scratch);
    load(scratch, x);
    as_.fma(acc, weight, scratch);
  }
  Vec at(int x) const {
    return registers_[static_cast<std::size_t>(std::find(held_.begin(), held_.end(), x) - held_.begin())];
  }

 private:
  static constexpr int kNothing = std::numeric_limits<int>::min();
  void load(Vec to, int x) {
    if (s_.group == 1)
      as_.load(to, kUnitA, x * s_.pixel);
    else
      as_.load_spread(to, kUnitA, x * s_.pixel, s_.group, j_);
  }
  Asm& as_;
  const RowShape& s_;
  std::vector<Vec> registers_;
  std::vector<int> held_;
  std::size_t turn_ = 0;
  int j_ = 0;
};

// A few pixels × a lot of taps [k0, k1).
void emit_pixels(Asm& as, const RowShape& s, int r0, int r1, int k0, int k1, ColumnCache& cache) {
  std::vector<int> xs;
  std::size_t uses = 0;
  for (int r = r0; r < r1; ++r)
    for (int k = k0; k < k1; ++k)
      if (const int x = column(s, r, k); exists(s, x)) {
        ++uses;
        if (std::find(xs.begin(), xs.end(), x) == xs.end()) xs.push_back(x);
      }
  const bool once = xs.size() <= cache.size() && (xs.size() < uses || s.kw > 1);
  if (once) cache.hold(xs);
  for (int k = k0; k < k1; ++k)
    for (int r = r0; r < r1; ++r) {
      const int x = column(s, r, k);
      if (!exists(s, x)) continue;
      const Vec weight{s.piece.cols + k - k0};
      if (once)
        as.fma({r}, weight, cache.at(x));
      else
        cache.multiply({r}, weight, x);
    }
}

void emit_weighted_unit(Asm& as, const RowShape& s) {
  as.load_pointer(kUnitW, kArgs, offsetof(RowArgs, w));
  as.load_int32(kUnitA, kUnits, offsetof(Unit, w));
  as.add(kUnitW, kUnitA);
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.add(kUnitA, kA);
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  const int together = pixels_in_turn(as.isa());
  ColumnCache cache(as, s, from(as, s.piece.cols + taps_held(s)));
  for (int j = 0; j < s.group; ++j) {
    cache.channel(j);
    for (int k0 = 0; k0 < s.kw; k0 += kMostTaps) {
      const int k1 = std::min(k0 + kMostTaps, s.kw);
      for (int k = k0; k < k1; ++k)
        as.load({s.piece.cols + k - k0}, kUnitW, (j * s.kw + k) * as.vector_bytes());
      for (int r = 0; r < s.piece.cols; r += together)
        emit_pixels(as, s, r, std::min(r + together, s.piece.cols), k0, k1, cache);
    }
  }
}

void emit_weighted_start(Asm& as, const RowShape& s) {
  as.load_pointer(kUnitA, kArgs, offsetof(RowArgs, bias));
  as.load({0}, kUnitA, 0);
  for (int r = 1; r < s.piece.cols; ++r) as.copy({r}, {0});
}

void emit_weighted_finish(Asm& as, const RowShape& s) {
  const std::vector<Vec> scratch = from(as, s.piece.cols);
  std::vector<Vec> values(static_cast<std::size_t>(s.piece.cols));
  for (int r = 0; r < s.piece.cols; ++r) values[static_cast<std::size_t>(r)] = {r};
  if (s.has_residual) {
    as.load_pointer(kUnitA, kArgs, offsetof(RowArgs, residual));
    for (int r = 0; r < s.piece.cols; ++r)
      as.add_load({r}, kUnitA, r * s.pixel, scratch[static_cast<std::size_t>(r) % scratch.size()]);
  }
  emit_activation(as, s.activation, values, scratch);
  for (int r = 0; r < s.piece.cols; ++r) as.store({r}, kC, r * s.pixel);
}

float neutral(const RowShape& s) {
  return s.op == RowOp::max ? -std::numeric_limits<float>::infinity() : 0.0f;
}

void emit_reduce_start(Asm& as, const RowShape& s) {
  const int count = column_registers(s, static_cast<int>(columns(s).size()));
  if (count > 0) as.constant({0}, neutral(s));
  for (int i = 1; i < count; ++i) as.copy({i}, {0});
}

void emit_reduce_unit(Asm& as, const RowShape& s) {
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.add(kUnitA, kA);
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  const std::vector<int> xs = columns(s);
  const int registers = column_registers(s, static_cast<int>(xs.size()));
  const std::vector<Vec> scratch = from(as, registers);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const Vec col{static_cast<int>(i) % registers};
    if (s.op == RowOp::max)
      as.max_either_load(col, kUnitA, xs[i] * s.pixel, scratch[i % scratch.size()]);
    else
      as.add_load(col, kUnitA, xs[i] * s.pixel, scratch[i % scratch.size()]);
  }
}

// The registers whose reduction is pixel r.
std::vector<Vec> parts(const RowShape& s, const std::vector<int>& xs, int r) {
  std::vector<Vec> registers;
  if (s.piece.cols == 1) {
    for (int i = 0; i < column_registers(s, static_cast<int>(xs.size())); ++i) registers.push_back({i});
    return registers;
  }
  for (int k = 0; k < s.kw; ++k)
    if (const int x = column(s, r, k); exists(s, x))
      registers.push_back({static_cast<int>(std::find(xs.begin(), xs.end(), x) - xs.begin())});
  return registers;
}

void emit_reduce_finish(Asm& as, const RowShape& s) {
  const std::vector<int> xs = columns(s);
  const Vec result{as.vectors() - 1};
  std::vector<Vec> scratch = from(as, column_registers(s, static_cast<int>(xs.size())));
  scratch.pop_back();
  if (s.op == RowOp::sum) as.load_pointer(kUnitA, kArgs, offsetof(RowArgs, scales));
  for (int r = 0; r < s.piece.cols; ++r) {
    const std::vector<Vec> registers = parts(s, xs, r);
    if (registers.empty())
      as.constant(result, neutral(s));
    else
      as.copy(result, registers[0]);
    for (std::size_t i = 1; i < registers.size(); ++i)
      s.op == RowOp::max ? as.max_either(result, registers[i], scratch[0])
                         : as.add(result, result, registers[i]);
    if (s.op == RowOp::sum) {
      as.broadcast(scratch[0], kUnitA, r * s.scale);
      as.mul(result, result, scratch[0]);
    }
    emit_activation(as, s.activation, std::vector<Vec>{result}, scratch);
    as.store(result, kC, r * s.pixel);
  }
}

struct Steps {
  void (*start)(Asm&, const RowShape&);
  void (*unit)(Asm&, const RowShape&);
  void (*finish)(Asm&, const RowShape&);
};
constexpr Steps kWeighted{emit_weighted_start, emit_weighted_unit, emit_weighted_finish};
constexpr Steps kReduce{emit_reduce_start, emit_reduce_unit, emit_reduce_finish};

}  // namespace

int columns_loaded(const RowShape& shape) { return static_cast<int>(columns(shape).size()); }

std::string RowShape::name() const {
  constexpr const char* kOps[] = {"max", "sum", "weighted"};
  std::string text =
      cat("row_", kOps[static_cast<int>(op)], "_c", piece.cols, "_x", piece.low, "_", piece.high, "_k", kw,
          "_s", sw, "_d", dw, "_p", pixel, "_a", a_row, "_o", c_row, "_", activation_label(activation));
  if (op == RowOp::sum) text += cat("_scale", scale);
  if (group > 1) text += cat("_g", group);
  if (has_residual) text += "_res";
  return text;
}

int most_row_cols(Isa isa, const RowShape& shape) {
  const int vectors = isa_vectors(isa);
  if (shape.op == RowOp::weighted) {
    const int columns_held = wanted(shape, pixels_in_turn(isa));
    // A widely dilated kernel's columns do not fit: then each is loaded where it is used.
    const int cache = columns_held <= vectors / 3 ? columns_held : 2;
    return vectors - std::max(taps_held(shape) + cache, activation_scratch(shape.activation.act));
  }
  RowShape s = shape;
  s.piece.low = 0;
  s.piece.high = std::numeric_limits<int>::max();
  const auto fits = [&](int cols) {
    s.piece.cols = cols;
    return static_cast<int>(columns(s).size()) + reduce_operands(s) <= vectors;
  };
  int cols = 1;
  while (fits(cols + 1)) ++cols;
  return cols;
}

void emit_row(Asm& as, const RowShape& s) {
  if (s.piece.cols < 1 || s.piece.cols > most_row_cols(as.isa(), s))
    fail(rt3d::Code::internal, "row ", s.name(), " does not fit");
  const Steps& steps = s.op == RowOp::weighted ? kWeighted : kReduce;
  as.load_pointer(kA, kArgs, offsetof(RowArgs, a));
  as.load_pointer(kC, kArgs, offsetof(RowArgs, c));
  as.load_pointer(kRows, kArgs, offsetof(RowArgs, rows));
  const Label row_top = as.new_label();
  as.bind(row_top);
  as.load_pointer(kUnits, kArgs, offsetof(RowArgs, units));
  as.load_pointer(kCount, kArgs, offsetof(RowArgs, unit_count));
  steps.start(as, s);
  const Label unit_top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(unit_top);
  steps.unit(as, s);
  as.decrement_and_loop(kCount, unit_top);
  as.bind(done);
  steps.finish(as, s);
  as.add(kA, s.a_row);
  as.add(kC, s.c_row);
  as.decrement_and_loop(kRows, row_top);
}

std::shared_ptr<const Code> row(Isa isa, const RowShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_row(as, shape); });
}

}  // namespace rt3d::jit
