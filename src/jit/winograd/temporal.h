// Winograd's transforms along depth, before and after the multiplications of a spatial point (winograd/plan.h): their code and their
// run. Without spatial transforms (s = 1) they stand between input and output themselves.
#pragma once

#include "jit/winograd/operands.h"
#include "jit/winograd/windows.h"

namespace rt3d::jit {

class WinogradTemporal {
 public:
  WinogradTemporal(const WinogradPlan& plan, const WinogradOperands& operands, Isa isa);  // keeps addresses

  // V[q][icb][depth tile][tile] from S of one spatial point; s = 1: from the item's input, and `s` is not read.
  void run_input(const WinogradPlan::Block& block, const WinogradItem& item, const float* s, float* v) const;
  // M of one spatial point from R[q][ocb][depth tile][tile]; s = 1: the item's output, finished, and `m` is not written.
  void run_output(const WinogradPlan::Block& block, const WinogradItem& item, const float* r, float* m) const;

 private:
  TransformShape input_shape() const;
  TransformShape output_shape() const;
  bool spatial() const { return p_.method.s > 1; }
  // Whether rows of pixels follow each other without a gap, so that those of a block can be taken as one.
  bool gapless(const kernels::Placement& p) const { return spatial() || p.h == p_.tx * p_.lanes; }

  const WinogradPlan& p_;
  const WinogradOperands& operands_;
  WindowCodes input_, output_;
};

}  // namespace rt3d::jit
