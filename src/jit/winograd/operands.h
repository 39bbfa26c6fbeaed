// What a Winograd convolution reads and writes.
#pragma once

#include "kernels/activation.h"
#include "kernels/placement.h"

namespace rt3d::jit {

struct WinogradOperands {
  kernels::Placement in, out, residual;
  bool has_residual;
  kernels::Activation activation;
};

// Element 0 of a batch item's operands, and the bias in whole vectors.
struct WinogradItem {
  const float* in;
  const float* residual;  // null without one
  const float* bias;
  float* out;
};

}  // namespace rt3d::jit
