// How activations of generated code carry errors on, and what they add.
#pragma once

#include "kernels/activation.h"

namespace rt3d::tests {

struct ActivationError {
  double slope = 1;     // by how much an error of what it is applied to grows at the most
  double relative = 0;  // its own, of its value, …
  double own = 0;       // … and in itself
  double of(double error, double value) const;  // an error of its argument, and the value that is wanted
};
ActivationError activation_error(const kernels::Activation& activation);

}  // namespace rt3d::tests
