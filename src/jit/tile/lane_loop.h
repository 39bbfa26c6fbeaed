// The unrolled multiplications of one unit on AArch64, where each row's activations lie several channels to a register and are
// multiplied by lane, while weights pass through a ring of registers. Tiles of floats and of halves share it.
//
//   for k in steps:  for v in vecs:  for r in rows:  accumulator[r][v] += weight[k][v] · activation[r][lane k]
#pragma once

#include <functional>
#include <span>

#include "jit/asm/asm.h"

namespace rt3d::jit {

struct LaneLoop {
  std::span<const std::int32_t> a_rows;  // bytes from `a` to each row's activations
  int vecs = 1;
  int steps = 1;
  int channels = 4;     // to a register of activations
  int activations = 0;  // the first of a_rows.size() registers
  int weights = 0;      // the first of `ring` registers, which are at least `vecs`
  int ring = 1;
  Gp a, w;  // the unit's activations and weights
  std::function<void(int k)> before_step;
  std::function<void(int r, int v, int k, Vec weight, Vec activation, int lane)> multiply;
};

void emit_lane_loop(Asm& as, const LaneLoop& loop);

}  // namespace rt3d::jit
