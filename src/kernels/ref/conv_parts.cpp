#include "kernels/ref/conv_parts.h"

namespace rt3d::kernels::ref {

void require_conv_operands(const Problem& p, const ConvShape& s) {
  require(p.outputs[0].shape[0] == s.n, p, "the batch sizes differ");
  require(!p.has_input(2) || p.input_shape(2) == Shape{s.oc}, p, "the bias must have ", s.oc, " values");
  require(!p.has_input(3) || p.input_shape(3) == p.outputs[0].shape, p,
          "the added tensor must be as the output");
}

ConvElement::ConvElement(const ConvShape& s, std::int64_t index)
    : n(index / (s.ow * s.oh * s.od * s.oc)),
      oc(index / (s.ow * s.oh * s.od) % s.oc),
      od(index / (s.ow * s.oh) % s.od),
      oh(index / s.ow % s.oh),
      ow(index % s.ow) {}

}  // namespace rt3d::kernels::ref
