// Activations that can be fused behind an operation: attributes act=<name>, act_alpha, act_beta.
#pragma once

#include <string_view>

#include "base/attributes.h"

namespace rt3d::kernels {

enum class Act {
  none,
  relu,          // max(x, 0)
  clip,          // min(max(x, alpha), beta)
  leaky_relu,    // x < 0 ? alpha x : x
  sigmoid,       // 1 / (1 + exp(-x))
  tanh,          //
  hard_sigmoid,  // max(0, min(1, alpha x + beta))
  hard_swish,    // x max(0, min(1, x/6 + 0.5))
  swish,         // x / (1 + exp(-x))
};

struct Activation {
  Act act = Act::none;
  float alpha = 0;
  float beta = 0;
  bool operator==(const Activation&) const = default;
};

std::string_view act_name(Act act);
Act parse_act(std::string_view name);  // throws invalid_argument

Activation activation_of(const Attributes& attributes);  // from act, act_alpha, act_beta
void set_activation(Attributes& attributes,
                    const Activation& act);  // the inverse; none removes the attributes

// The definition. NaN stays NaN, and a limit of clip that is NaN makes everything NaN, as in PyTorch.
float apply(const Activation& activation, float x);

}  // namespace rt3d::kernels
