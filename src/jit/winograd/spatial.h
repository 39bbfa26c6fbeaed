// Winograd's transforms along height and width, the first and the last step of winograd/plan.h: their code and their run, one channel
// block of a frame at a time.
#pragma once

#include "jit/winograd/operands.h"
#include "jit/winograd/windows.h"

namespace rt3d::jit {

class WinogradSpatial {
 public:
  WinogradSpatial(const WinogradPlan& plan, const WinogradOperands& operands, Isa isa);  // keeps addresses

  // S of input-channel block `icb` and the block's input frame `frame`. `scratch`: as of one winograd/transform.h.
  void run_input(const WinogradPlan::Block& block, const WinogradItem& item, std::int64_t icb,
                 std::int64_t frame, float* s, float* scratch) const;
  // The output, finished, of output-channel block `ocb` and the block's output frame `frame` from M.
  void run_output(const WinogradPlan::Block& block, const WinogradItem& item, std::int64_t ocb,
                  std::int64_t frame, const float* m, float* scratch) const;

 private:
  TransformShape input_shape() const;
  TransformShape output_shape() const;

  const WinogradPlan& p_;
  const WinogradOperands& operands_;
  WindowCodes input_, output_;
};

}  // namespace rt3d::jit
