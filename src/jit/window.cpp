#include "jit/window.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include "base/error.h"
#include "jit/emit_activation.h"

namespace rt3d::jit {
namespace {

constexpr Gp kArgs{0}, kA{1}, kUnits{2}, kCount{3}, kW{4}, kUnitA{5}, kUnitW{6}, kC{7};
// Two registers beside the accumulators: the unit's weights and a loaded input.
constexpr int kOperands = 2;

void emit_start(Asm& as, const WindowShape& s) {
  if (s.op == WindowOp::weighted) {
    as.load_pointer(kUnitA, kArgs, offsetof(WindowArgs, bias));
    as.load({0}, kUnitA, 0);
  } else {
    as.constant({0}, s.op == WindowOp::max ? -std::numeric_limits<float>::infinity() : 0.0f);
  }
  for (int r = 1; r < s.rows; ++r) as.copy({r}, {0});
}

void emit_unit(Asm& as, const WindowShape& s) {
  const Vec weight{s.rows}, scratch{s.rows + 1};
  as.load_int32(kUnitA, kUnits, offsetof(Unit, a));
  as.add(kUnitA, kA);
  if (s.op == WindowOp::weighted) {
    as.load_int32(kUnitW, kUnits, offsetof(Unit, w));
    as.add(kUnitW, kW);
    as.load(weight, kUnitW, 0);
  }
  as.add(kUnits, static_cast<std::int32_t>(sizeof(Unit)));
  for (int r = 0; r < s.rows; ++r) {
    const std::int32_t at = r * s.a_row;
    if (s.op == WindowOp::max) as.max_load({r}, kUnitA, at, scratch);
    if (s.op == WindowOp::sum) as.add_load({r}, kUnitA, at, scratch);
    if (s.op == WindowOp::weighted) as.fma_load({r}, weight, kUnitA, at, scratch);
  }
}

void emit_finish(Asm& as, const WindowShape& s) {
  const Vec first{s.rows}, second{s.rows + 1};
  if (s.op == WindowOp::sum) {
    as.broadcast(first, kArgs, offsetof(WindowArgs, scale));
    for (int r = 0; r < s.rows; ++r) as.mul({r}, {r}, first);
  }
  if (s.has_residual) {
    as.load_pointer(kUnitA, kArgs, offsetof(WindowArgs, residual));
    for (int r = 0; r < s.rows; ++r) as.add_load({r}, kUnitA, r * s.residual_row, second);
  }
  std::vector<Vec> values, scratch;
  for (int r = 0; r < s.rows; ++r) values.push_back({r});
  for (int i = s.rows; i < as.vectors(); ++i) scratch.push_back({i});
  emit_activation(as, s.activation, values, scratch);
  as.load_pointer(kC, kArgs, offsetof(WindowArgs, c));
  for (int r = 0; r < s.rows; ++r) as.store({r}, kC, r * s.c_row);
}

}  // namespace

std::string WindowShape::name() const {
  constexpr const char* kOps[] = {"max", "sum", "weighted"};
  std::string text = cat("window_", kOps[static_cast<int>(op)], "_r", rows, "_a", a_row, "_c", c_row, "_",
                         activation_label(activation));
  if (has_residual) text += cat("_res", residual_row);
  return text;
}

int most_window_rows(Isa isa, const kernels::Activation& activation) {
  return isa_vectors(isa) - std::max(kOperands, activation_scratch(activation.act));
}

void emit_window(Asm& as, const WindowShape& s) {
  if (s.rows < 1 || s.rows > most_window_rows(as.isa(), s.activation))
    fail(rt3d::Code::internal, "window ", s.name(), " does not fit");
  emit_start(as, s);
  as.load_pointer(kA, kArgs, offsetof(WindowArgs, a));
  as.load_pointer(kUnits, kArgs, offsetof(WindowArgs, units));
  as.load_pointer(kCount, kArgs, offsetof(WindowArgs, unit_count));
  as.load_pointer(kW, kArgs, offsetof(WindowArgs, w));
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kCount, done);
  as.bind(top);
  emit_unit(as, s);
  as.decrement_and_loop(kCount, top);
  as.bind(done);
  emit_finish(as, s);
}

std::shared_ptr<const Code> window(Isa isa, const WindowShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_window(as, shape); });
}

}  // namespace rt3d::jit
