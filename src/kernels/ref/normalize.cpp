// BatchNormalization with given statistics, and Softmax along one axis (opset 13's meaning); both in double.
#include <algorithm>
#include <cmath>

#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {

Operation prepare_batch_normalization(const Problem& p) {
  require_operands(p, 5, 5);
  require_type(p, DType::f32);
  const Shape& x = p.input_shape(0);
  require_output(p, x);
  require(x.rank() >= 2, p, "expected channels");
  for (std::size_t i = 1; i < 5; ++i)
    require(p.input_shape(i) == Shape{x[1]}, p, "expected ", x[1], " channels");
  const std::int64_t batch = x.elements() ? x[0] : 0, channels = x[1], pixels = x.elements(2, x.rank());
  return {.run = [=, epsilon = p.attributes.real("epsilon", 1e-5)](const Operands& o) {
    const float* x = o.in<float>(0);
    float* y = o.out<float>();
    for (std::int64_t n = 0; n < batch; ++n)
      for (std::int64_t c = 0; c < channels; ++c) {
        const double scale = o.in<float>(1)[c] / std::sqrt(o.in<float>(4)[c] + epsilon);
        const double mean = o.in<float>(3)[c], bias = o.in<float>(2)[c];
        for (std::int64_t i = 0; i < pixels; ++i) *y++ = static_cast<float>((*x++ - mean) * scale + bias);
      }
  }};
}

Operation prepare_softmax(const Problem& p) {
  require_operands(p, 1, 1);
  require_type(p, DType::f32);
  const Shape& shape = p.input_shape(0);
  require_output(p, shape);
  const int axis = normalize_axis(p.attributes.integer("axis", -1), shape.rank());
  const std::int64_t outer = shape.elements(0, axis), count = shape[axis];
  const std::int64_t inner = shape.elements(axis + 1, shape.rank());
  return {.run = [=](const Operands& o) {
    for (std::int64_t i = 0; i < outer * inner && count > 0; ++i) {
      const std::int64_t start = i / inner * count * inner + i % inner;
      const float* x = o.in<float>(0) + start;
      float* y = o.out<float>() + start;
      float largest = x[0];
      for (std::int64_t k = 1; k < count; ++k) largest = std::max(largest, x[k * inner]);
      double sum = 0;
      for (std::int64_t k = 0; k < count; ++k) sum += std::exp(static_cast<double>(x[k * inner]) - largest);
      for (std::int64_t k = 0; k < count; ++k)
        y[k * inner] = static_cast<float>(std::exp(static_cast<double>(x[k * inner]) - largest) / sum);
    }
  }};
}

}  // namespace rt3d::kernels::ref
