// Gemm in the graph's normal form: y [rows…, n] = act(x [rows…, k] · wᵀ [k, n] + b); and ONNX's MatMul with
// broadcast batches. A task is a row of the output; sums run over k in order, in double.
#include <algorithm>

#include "kernels/activation.h"
#include "kernels/ref/operators.h"
#include "kernels/ref/strided_walk.h"

namespace rt3d::kernels::ref {
namespace {

// y[m][n] = act(sum over k of a[m * am + k * ak] * b[k * bk + n * bn] + bias[n]) for one of many pairs of
// matrices.
struct Product {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t am = 0, ak = 0, bk = 0, bn = 0;
  Activation act;

  float element(const float* a, const float* b, const float* bias, std::int64_t row,
                std::int64_t column) const {
    double sum = 0;
    for (std::int64_t i = 0; i < k; ++i)
      sum += static_cast<double>(a[row * am + i * ak]) * b[i * bk + column * bn];
    if (bias) sum += bias[column];
    return apply(act, static_cast<float>(sum));
  }
};

}  // namespace

Operation prepare_gemm(const Problem& p) {
  require_operands(p, 2, 3);
  require_type(p, DType::f32);
  for (const char* name : {"transA", "transB", "alpha", "beta"})
    require(!p.attributes.has(name), p, "Gemm is computed in normal form only, without ", name);
  const Shape& x = p.input_shape(0);
  const Shape& w = p.input_shape(1);
  require(x.rank() >= 1 && w.rank() == 2 && w[1] == x[x.rank() - 1], p, "expected x [rows…, k] and w [n, k]");
  Product g;
  g.k = w[1];
  g.n = w[0];
  g.m = x.elements(0, x.rank() - 1);
  g.am = g.bn = g.k;
  g.ak = g.bk = 1;
  g.act = activation_of(p.attributes);
  Shape y = x;
  y[y.rank() - 1] = g.n;
  require_output(p, y);
  require(!p.has_input(2) || p.input_shape(2) == Shape{g.n}, p, "the bias must have ", g.n, " values");
  const bool bias = p.has_input(2);
  Operation operation;
  operation.at = [g, bias](const Operands& o, std::int64_t index) {
    return g.element(o.in<float>(0), o.in<float>(1), bias ? o.in<float>(2) : nullptr, index / g.n,
                     index % g.n);
  };
  operation.run = [g, bias](const Operands& o) {
    o.pool.run(g.m * g.n, [&](std::int64_t index, int) {
      o.out<float>()[index] = g.element(o.in<float>(0), o.in<float>(1), bias ? o.in<float>(2) : nullptr,
                                        index / g.n, index % g.n);
    });
  };
  return operation;
}

Operation prepare_matmul(const Problem& p) {
  require_operands(p, 2, 2);
  require_type(p, DType::f32);
  Shape a = p.input_shape(0);
  Shape b = p.input_shape(1);
  require(a.rank() >= 1 && b.rank() >= 1, p, "MatMul takes no scalars");
  const bool a_vector = a.rank() == 1, b_vector = b.rank() == 1;
  if (a_vector) a = Shape{1, a[0]};
  if (b_vector) b = Shape{b[0], 1};
  Product g;
  g.m = a[a.rank() - 2];
  g.k = a[a.rank() - 1];
  g.n = b[b.rank() - 1];
  g.am = g.k;
  g.ak = 1;
  g.bk = g.n;
  g.bn = 1;
  require(b[b.rank() - 2] == g.k, p, "the inner sizes differ");
  std::vector<std::int64_t> batch = p.outputs[0].shape.dims();
  const std::size_t matrix = 2 - (a_vector ? 1 : 0) - (b_vector ? 1 : 0);
  require(batch.size() >= matrix, p, "the output's rank is too small");
  batch.resize(batch.size() - matrix);
  std::vector<std::int64_t> y = batch;
  if (!a_vector) y.push_back(g.m);
  if (!b_vector) y.push_back(g.n);
  require_output(p, Shape(y));
  const auto batch_of = [](const Shape& s) { return Shape({s.begin(), s.end() - 2}); };
  Walk<2> walk{Shape(batch)};
  walk.strides = {broadcast_strides(p, batch_of(a), Shape(batch)),
                  broadcast_strides(p, batch_of(b), Shape(batch))};
  for (std::size_t axis = 0; axis < batch.size(); ++axis) {
    walk.strides[0][axis] *= g.m * g.k;
    walk.strides[1][axis] *= g.k * g.n;
  }
  // Offsets of a flat batch index.
  const auto offsets = [walk](std::int64_t index) {
    std::array<std::int64_t, 2> at{};
    for (int axis = walk.rank - 1; axis >= 0; --axis) {
      const auto i = static_cast<std::size_t>(axis);
      at[0] += index % walk.sizes[i] * walk.strides[0][i];
      at[1] += index % walk.sizes[i] * walk.strides[1][i];
      index /= walk.sizes[i];
    }
    return at;
  };
  const auto element = [g, offsets](const Operands& o, std::int64_t index) {
    const auto [at_a, at_b] = offsets(index / (g.m * g.n));
    return g.element(o.in<float>(0) + at_a, o.in<float>(1) + at_b, nullptr, index / g.n % g.m, index % g.n);
  };
  Operation operation;
  operation.at = element;
  operation.run = [element, count = p.outputs[0].shape.elements()](const Operands& o) {
    o.pool.run(count, [&](std::int64_t index, int) { o.out<float>()[index] = element(o, index); });
  };
  return operation;
}

}  // namespace rt3d::kernels::ref
