// The order of instructions for cores that issue in order, as Cortex-A53 and A55 do: two at a time, of which one may be a
// vector multiply-add. There a 128-bit load keeps multiply-adds from issuing for two cycles, while a 64-bit load of a vector's
// lower half, a 64-bit load of the upper half into an integer register, and its insertion each issue beside a multiply-add
// for nothing. So a stretch of loads, prefetches and multiply-adds without branches or stores is laid out anew: behind
// each multiply-add one piece of a load, the piece that is due soonest; and a multiply-add whose operands have not arrived is
// overtaken by others. Those into one accumulator stay in their order, so results are the same to the last bit.
//   XNNPACK and Arm Compute Library lay out their Cortex-A55 kernels by hand in this way.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rt3d::jit {

// One of a stretch's operations. Registers by number: vectors 0-31, pointers from kFirstPointer; -1: none.
inline constexpr int kFirstPointer = 32, kBlockRegisters = 40;
struct BlockOp {
  enum Kind : std::uint8_t { multiply, load, other };
  Kind kind = multiply;
  int to =
      -1;  // what it writes: the accumulator, which a multiply-add also reads; the vector loaded; a pointer or nothing
  int a = -1,
      b = -1;  // what it reads: a multiply-add's operands; the pointer of a load, a prefetch or an addition
};

struct Issue {
  enum Kind : std::uint8_t { multiply, low_half, high_half, insert, other };
  Kind kind;
  std::int32_t op;         // which of the stretch's operations
  std::int32_t temporary;  // the integer register that carries a high half, 0 … kTemporaries - 1
};

inline constexpr int kTemporaries = 8;

// The layout of a stretch: each load as low_half, high_half, insert, all else once. Every register is read after and
// before the same operations as in the order given.
std::vector<Issue> lay_out_in_order(std::span<const BlockOp> ops);

}  // namespace rt3d::jit
