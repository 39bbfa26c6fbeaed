// The sizes of a Gemm problem in the normal form: y [m, n] = act(x [m, k] · w [n, k] transposed + b), x of
// any rank.
#pragma once

#include "kernels/problem.h"

namespace rt3d::jit {

struct FcShape {
  std::int64_t m, n, k;
};

inline FcShape fc_shape(const kernels::Problem& p) {
  const Shape& x = p.input_shape(0);
  return {x.elements(0, x.rank() - 1), p.input_shape(1)[0], x[x.rank() - 1]};
}

// Gemm in the normal form: constant weights and bias in f32, nothing empty.
inline bool is_plain_fc(const kernels::Problem& p) {
  if (p.op != "Gemm" || p.inputs.size() < 2 || !p.inputs[1].constant || p.inputs[0].constant) return false;
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    if (p.has_input(i) && p.inputs[i].desc.dtype != DType::f32) return false;
  const Shape &x = p.input_shape(0), &w = p.input_shape(1);
  if (x.rank() < 1 || w.rank() != 2) return false;
  if (p.has_input(2) && (!p.inputs[2].constant || p.input_shape(2).elements() != w[0])) return false;
  return x[x.rank() - 1] == w[1] && x.elements() > 0 && w.elements() > 0 && !p.attributes.has("transA") &&
         !p.attributes.has("alpha");
}

}  // namespace rt3d::jit
