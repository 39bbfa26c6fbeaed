#include "kernels/activation_error.h"

#include <algorithm>
#include <cmath>

namespace rt3d::tests {

using kernels::Act;

ActivationError activation_error(const kernels::Activation& a) {
  switch (a.act) {
    case Act::leaky_relu: return {std::max(1.0, std::fabs(static_cast<double>(a.alpha))), 1e-6, 0};
    case Act::sigmoid: return {0.25, 1e-6, 3e-7};
    case Act::tanh: return {1, 1e-6, 3e-7};
    case Act::hard_sigmoid: return {std::fabs(static_cast<double>(a.alpha)), 1e-6, 3e-7};
    case Act::hard_swish: return {1.5, 1e-6, 1e-6};
    case Act::swish: return {1.1, 1e-6, 0};
    default: return {};
  }
}

double ActivationError::of(double error, double value) const {
  return slope * error + relative * std::fabs(value) + own;
}

}  // namespace rt3d::tests
