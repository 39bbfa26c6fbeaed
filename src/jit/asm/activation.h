// Emits a fused activation (kernels/activation.h) on vectors in registers.
#pragma once

#include <span>

#include "jit/asm/asm.h"
#include "kernels/activation.h"

namespace rt3d::jit {

// Vector registers that emit_activation needs beside the values; with more it works on several values at once.
int activation_scratch(kernels::Act act);

// values[i] = act(values[i]). `scratch` has at least activation_scratch(act) registers, distinct from the
// values. NaN stays NaN. The exponential behind sigmoid, swish and tanh has a relative error of about 2e-7 and
// saturates instead of overflowing; sigmoid and swish are 0 below -87.3, where denormals are flushed to zero.
void emit_activation(Asm& as, const kernels::Activation& activation, std::span<const Vec> values,
                     std::span<const Vec> scratch);

// Part of a kernel's name: "relu", "clip0_6".
std::string activation_label(const kernels::Activation& activation);

}  // namespace rt3d::jit
