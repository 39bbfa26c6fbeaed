// What convolutions with plain and with transformed weights share: checks of what they have in common, where an output element is,
// and what happens to a sum of products.
#pragma once

#include "kernels/activation.h"
#include "kernels/conv_shape.h"
#include "kernels/ref/operation.h"

namespace rt3d::kernels::ref {

// The batch size, bias (input 2) and added tensor (input 3) fit.
void require_conv_operands(const Problem& problem, const ConvShape& s);

// The coordinates of element `index` of the output.
struct ConvElement {
  std::int64_t n, oc, od, oh, ow;
  ConvElement(const ConvShape& s, std::int64_t index);
};

// Bias, added tensor and activation of one run.
class ConvEpilogue {
 public:
  ConvEpilogue(const Operands& operands, const Activation& activation)
      : bias_(operands.inputs.size() > 2 ? operands.in<float>(2) : nullptr),
        added_(operands.inputs.size() > 3 ? operands.in<float>(3) : nullptr),
        activation_(activation) {}

  float operator()(double sum, std::int64_t oc, std::int64_t index) const {
    if (bias_) sum += static_cast<double>(bias_[oc]);
    if (added_) sum += static_cast<double>(added_[index]);
    return apply(activation_, static_cast<float>(sum));
  }

 private:
  const float *bias_, *added_;
  Activation activation_;
};

}  // namespace rt3d::kernels::ref
