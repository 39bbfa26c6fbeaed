// Activations at the ends of a float's range: what PyTorch gives (ONNX Runtime too but where docs/accuracy.md says so).
#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "kernels/activation.h"

namespace rt3d::tests {

struct ActivationLimit {
  kernels::Activation activation;
  float x, y;
};

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kLeast = std::numeric_limits<float>::min();  // the smallest that is no denormal

// NaN gives NaN with every one of them.
inline constexpr ActivationLimit kActivationLimits[] = {
    {{kernels::Act::relu}, kInf, kInf},
    {{kernels::Act::relu}, -kInf, 0},
    {{kernels::Act::relu}, 3e38f, 3e38f},
    {{kernels::Act::relu}, kLeast, kLeast},
    {{kernels::Act::relu}, -0.0f, 0},
    {{kernels::Act::clip, 0, 6}, kInf, 6},
    {{kernels::Act::clip, 0, 6}, -kInf, 0},
    {{kernels::Act::clip, 2, 1}, 0, 1},  // limits the wrong way round: the upper one
    {{kernels::Act::clip, -kInf, kInf}, -kInf, -kInf},
    {{kernels::Act::clip, -kInf, 6}, -3e38f, -3e38f},
    {{kernels::Act::clip, kNaN, 6}, 1, kNaN},
    {{kernels::Act::clip, 0, kNaN}, kInf, kNaN},
    {{kernels::Act::leaky_relu, 0.125f}, kInf, kInf},
    {{kernels::Act::leaky_relu, 0.125f}, -kInf, -kInf},
    {{kernels::Act::leaky_relu, 0.125f}, -2e38f, -2.5e37f},
    {{kernels::Act::sigmoid}, kInf, 1},
    {{kernels::Act::sigmoid}, -kInf, 0},
    {{kernels::Act::sigmoid}, 3e38f, 1},
    {{kernels::Act::sigmoid}, -3e38f, 0},
    {{kernels::Act::sigmoid}, -88, 0},
    {{kernels::Act::sigmoid}, -87, 1.6458115e-38f},
    {{kernels::Act::sigmoid}, kLeast, 0.5f},
    {{kernels::Act::tanh}, kInf, 1},
    {{kernels::Act::tanh}, -kInf, -1},
    {{kernels::Act::tanh}, 3e38f, 1},
    {{kernels::Act::tanh}, -3e38f, -1},
    {{kernels::Act::tanh}, -0.0f, 0},
    {{kernels::Act::hard_sigmoid, 0.25f, 0.5f}, kInf, 1},
    {{kernels::Act::hard_sigmoid, 0.25f, 0.5f}, -kInf, 0},
    {{kernels::Act::hard_sigmoid, 0.25f, 0.5f}, -3e38f, 0},
    {{kernels::Act::hard_swish}, kInf, kInf},
    {{kernels::Act::hard_swish}, -kInf, kNaN},  // an infinity times the gate's zero
    {{kernels::Act::hard_swish}, 3e38f, 3e38f},
    {{kernels::Act::hard_swish}, -3e38f, 0},
    {{kernels::Act::swish}, kInf, kInf},
    {{kernels::Act::swish}, -kInf, kNaN},
    {{kernels::Act::swish}, 3e38f, 3e38f},
    {{kernels::Act::swish}, -3e38f, 0},
    {{kernels::Act::swish}, -100, 0},
    {{kernels::Act::swish}, -87, -1.4318559e-36f},
    {{kernels::Act::swish}, -0.0f, 0},
};

inline bool is_limit(float got, float want) {
  if (std::isnan(want)) return std::isnan(got);
  return got == want || (std::isfinite(want) && std::fabs(got - want) <= 2e-6f * std::fabs(want));
}

}  // namespace rt3d::tests
