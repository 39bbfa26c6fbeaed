// Values to begin a training with.
#pragma once

#include <cstdint>

#include "pruner/network.h"

namespace rt3d::pruner {

// Weights uniform within ±sqrt(6 / inputs of a filter), after which activations of ReLU networks keep their variance (He et al., Delving
// deep into rectifiers, 2015); biases and shifts 0, scales 1, running means 0 and variances 1. The same numbers for a seed on every
// machine.
void initialize(Network& network, std::uint64_t seed);

}  // namespace rt3d::pruner
