// Shapes of matrix products.
#include "graph/ops/infer_functions.h"

namespace rt3d::graph {

// With attribute transB: ONNX's Gemm of two matrices. Without: the normal form, x [rows…, k] and w [n, k].
void infer_gemm(Inference& c) {
  c.require_inputs(2, 3);
  c.require_same_dtype();
  const Attributes& attributes = c.node.attributes;
  const bool normal = !attributes.has("transB");
  const bool trans_a = attributes.integer("transA", 0) != 0;
  const bool trans_b = normal || attributes.integer("transB", 0) != 0;
  const Shape& a = c.shape(0);
  const Shape& b = c.shape(1);
  c.require(b.rank() == 2 && (a.rank() == 2 || (normal && a.rank() > 2)), "both factors must be matrices");
  const std::int64_t k = a[trans_a ? 0 : a.rank() - 1];
  if (b[trans_b ? 1 : 0] != k) fail(Code::invalid_model, "factors ", a.text(), " and ", b.text(), " do not fit");
  Shape out = a;
  if (trans_a) out[0] = a[1];
  out[out.rank() - 1] = b[trans_b ? 0 : 1];
  if (c.has(2) && broadcast(out, c.shape(2)) != out)
    fail(Code::invalid_model, "the bias ", c.shape(2).text(), " does not broadcast to ", out.text());
  c.give(c.desc(0).dtype, out);
}

void infer_matmul(Inference& c) {
  c.require_inputs(2, 2);
  c.require_same_dtype();
  Shape a = c.shape(0);
  Shape b = c.shape(1);
  c.require(a.rank() >= 1 && b.rank() >= 1, "scalars cannot be multiplied as matrices");
  const bool row = a.rank() == 1;
  const bool column = b.rank() == 1;
  if (row) a = Shape{1, a[0]};
  if (column) b = Shape{b[0], 1};
  if (a[a.rank() - 1] != b[b.rank() - 2])
    fail(Code::invalid_model, "factors ", c.shape(0).text(), " and ", c.shape(1).text(), " do not fit");
  const Shape batch = broadcast(Shape(std::vector<std::int64_t>(a.begin(), a.end() - 2)),
                                Shape(std::vector<std::int64_t>(b.begin(), b.end() - 2)));
  std::vector<std::int64_t> dims = batch.dims();
  if (!row) dims.push_back(a[a.rank() - 2]);
  if (!column) dims.push_back(b[b.rank() - 1]);
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

}  // namespace rt3d::graph
