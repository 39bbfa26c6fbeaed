// Narrowing of activations: channel-blocked floats to halves in blocks of eight channels, or four where there are no more; values
// beyond the halves' range become its ends.
//
//   for i in vectors, four at a time:  to[i] = halves of (low[i], high[i])
//
// Two blocks of four channels make one of eight; without a second one zeros do. Blocks of four go two pixels at a time.
#pragma once

#include <memory>

#include "jit/asm/code.h"

namespace rt3d::jit {

struct NarrowArgs {
  const float* low;
  const float* high;
  std::uint16_t* to;
  std::int64_t quads;   // groups of four vectors of halves, first
  std::int64_t single;  // vectors after them
};

struct NarrowShape {
  std::int32_t low_step = 16;   // bytes from what makes one vector of halves to what makes the next
  std::int32_t high_step = 16;  // 0: the same four floats throughout

  std::string name() const;
};

void emit_narrow(Asm& as, const NarrowShape& shape);
std::shared_ptr<const Code> narrow(const NarrowShape& shape);

}  // namespace rt3d::jit
