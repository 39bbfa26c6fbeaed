// The order of instructions for cores that issue in order, as Cortex-A53 and A55 do: two at a time, of which one may be a
// vector multiply-add. There a 128-bit load keeps multiply-adds from issuing for two cycles, while a 64-bit load of a vector's
// lower half, a 64-bit load of the upper half into an integer register, and its insertion each issue beside a multiply-add
// for nothing. So a stretch of loads and multiply-adds without branches, stores or pointer arithmetic is laid out anew: behind
// each multiply-add one piece of a load, the piece that is due soonest; and a multiply-add whose operands have not arrived is
// overtaken by others. Those into one accumulator stay in their order, so results are the same to the last bit.
//   XNNPACK and Arm Compute Library lay out their Cortex-A55 kernels by hand in this way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rt3d::jit {

// One of a stretch's operations. Vector registers by number; a load reads memory that nothing in the stretch writes.
struct BlockOp {
  bool load = false;
  int to = 0;        // the register loaded, or the accumulator
  int a = 0, b = 0;  // a multiply-add's operands
};

struct Issue {
  enum Kind : std::uint8_t { multiply, low_half, high_half, insert };
  Kind kind;
  std::int32_t op;         // which of the stretch's operations
  std::int32_t temporary;  // the integer register that carries a high half, 0 … kTemporaries - 1
};

inline constexpr int kTemporaries = 8;

// The layout of a stretch: each multiply-add once, each load as low_half, high_half, insert. Every register is read after and
// before the same loads and multiply-adds as in the order given.
std::vector<Issue> lay_out_in_order(std::span<const BlockOp> ops);

}  // namespace rt3d::jit
