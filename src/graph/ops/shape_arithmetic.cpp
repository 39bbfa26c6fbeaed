// Shapes of the operators that exporters use to compute shapes; they fold when the model is specialised.
#include <algorithm>
#include <cmath>

#include "graph/ops/infer_functions.h"

namespace rt3d::graph {
namespace {

double scalar(const Inference& c, std::size_t i) {
  c.desc(i);
  const Tensor* tensor = c.graph.constant(c.node.inputs[i]);
  if (!tensor) fail(Code::unsupported, "input ", i, " must be known when the model is loaded");
  c.require(tensor->elements() == 1, "expected a scalar");
  const Tensor wide = tensor->converted(DType::f64).aligned_copy();
  return wide.values<double>()[0];
}

}  // namespace

void infer_shape(Inference& c) {
  c.require_inputs(1, 1);
  const std::int64_t rank = c.rank(0);
  const auto bounded = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const std::int64_t start = bounded(c.node.attributes.integer("start", 0));
  const std::int64_t end = bounded(c.node.attributes.integer("end", rank));
  c.give(DType::i64, Shape{std::max<std::int64_t>(end - start, 0)});
}

void infer_size(Inference& c) {
  c.require_inputs(1, 1);
  c.give(DType::i64, Shape{});
}

void infer_gather(Inference& c) {
  c.require_inputs(2, 2);
  const Shape& x = c.shape(0);
  const Shape& indices = c.shape(1);
  const int axis = normalize_axis(c.node.attributes.integer("axis", 0), x.rank());
  if (const Tensor* known = c.graph.constant(c.node.inputs[1]); known && known->elements() <= 4096)
    for (std::int64_t i : known->to_int64()) c.require(i >= -x[axis] && i < x[axis], "an index is out of range");
  std::vector<std::int64_t> dims(x.begin(), x.begin() + axis);
  dims.insert(dims.end(), indices.begin(), indices.end());
  dims.insert(dims.end(), x.begin() + axis + 1, x.end());
  c.give(c.desc(0).dtype, Shape(std::move(dims)));
}

void infer_constant_of_shape(Inference& c) {
  c.require_inputs(1, 1);
  const auto it = c.node.tensors.find("value");
  auto dims = c.integers(0);
  for (std::int64_t d : dims) c.require(d >= 0, "a negative dimension");
  if (it != c.node.tensors.end()) c.require(it->second.elements() == 1, "the value must be one element");
  c.give(it == c.node.tensors.end() ? DType::f32 : it->second.dtype(), Shape(std::move(dims)));
}

void infer_range(Inference& c) {
  c.require_inputs(3, 3);
  c.require_same_dtype();
  const double count = std::ceil((scalar(c, 1) - scalar(c, 0)) / scalar(c, 2));
  c.require(std::isfinite(count) && count < 1e9, "the range has no end");
  c.give(c.desc(0).dtype, Shape{static_cast<std::int64_t>(std::max(count, 0.0))});
}

void infer_expand(Inference& c) {
  c.require_inputs(2, 2);
  auto dims = c.integers(1);
  for (std::int64_t d : dims) c.require(d >= 0, "a negative dimension");
  c.give(c.desc(0).dtype, broadcast(c.shape(0), Shape(std::move(dims))));
}

void infer_tile(Inference& c) {
  c.require_inputs(2, 2);
  Shape out = c.shape(0);
  const auto repeats = c.integers(1);
  c.require(static_cast<int>(repeats.size()) == out.rank(), "one repeat per dimension is needed");
  for (int i = 0; i < out.rank(); ++i) {
    const std::int64_t times = repeats[static_cast<std::size_t>(i)];
    c.require(times >= 0 && (times == 0 || out[i] <= Shape::kMaxElements / times), "a repeat is out of range");
    out[i] *= times;
  }
  c.give(c.desc(0).dtype, std::move(out));
}

}  // namespace rt3d::graph
