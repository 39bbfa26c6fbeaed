#include "jit/direct_f16/narrow.h"

#include <cstddef>

#include "base/error.h"

namespace rt3d::jit {
namespace {

constexpr Gp kLow{1}, kHigh{2}, kTo{3}, kGroups{4};
constexpr int kUnroll = 4;
constexpr float kLargest = 65504;  // of the halves
// Registers: kUnroll lows and highs, kUnroll results, the ends of the range.
constexpr Vec kMost{3 * kUnroll}, kLeast{3 * kUnroll + 1};

void emit_loop(Asm& as, const NarrowShape& s, int width) {
  const Label top = as.new_label(), done = as.new_label();
  as.jump_if_zero(kGroups, done);
  as.bind(top);
  for (int i = 0; i < width; ++i) {
    as.load({i}, kLow, i * s.low_step);
    as.load({kUnroll + i}, kHigh, i * s.high_step);
  }
  for (int first : {0, kUnroll})
    for (int i = first; i < first + width; ++i) {
      as.min({i}, {i}, kMost);
      as.max({i}, {i}, kLeast);
    }
  for (int i = 0; i < width; ++i) {
    as.narrow({2 * kUnroll + i}, {i}, {kUnroll + i});
    as.store({2 * kUnroll + i}, kTo, i * as.vector_bytes());
  }
  as.add(kLow, width * s.low_step);
  as.add(kHigh, width * s.high_step);
  as.add(kTo, width * as.vector_bytes());
  as.decrement_and_loop(kGroups, top);
  as.bind(done);
}

}  // namespace

std::string NarrowShape::name() const { return cat("narrow_", low_step, "_", high_step); }

void emit_narrow(Asm& as, const NarrowShape& s) {
  as.load_pointer(kLow, kArgs, offsetof(NarrowArgs, low));
  as.load_pointer(kHigh, kArgs, offsetof(NarrowArgs, high));
  as.load_pointer(kTo, kArgs, offsetof(NarrowArgs, to));
  as.constant(kMost, kLargest);
  as.constant(kLeast, -kLargest);
  as.load_pointer(kGroups, kArgs, offsetof(NarrowArgs, quads));
  emit_loop(as, s, kUnroll);
  as.load_pointer(kGroups, kArgs, offsetof(NarrowArgs, single));
  emit_loop(as, s, 1);
}

std::shared_ptr<const Code> narrow(const NarrowShape& shape) {
  return generate(shape.name(), Isa::neon, [&](Asm& as) { emit_narrow(as, shape); });
}

}  // namespace rt3d::jit
