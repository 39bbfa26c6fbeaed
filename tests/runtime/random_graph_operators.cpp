// One function for each operator of random graphs, and how often each is drawn.
#include <cmath>

#include "runtime/random_graph_maker.h"

namespace rt3d::tests {

void GraphMaker::conv() {
  const ValueId x = any(3);
  const int spatial = shape(x).rank() - 2;
  if (spatial < 1) return;
  const std::int64_t ic = shape(x)[1];
  std::int64_t oc = large_ ? between(16, 32) : between(1, 20), group = 1;
  if (once_in(4)) {
    group = oc = ic;
  } else if (ic % 2 == 0 && once_in(5)) {
    group = 2;
    oc += oc % 2;
  }
  Integers kernel = each(spatial, 1, 3);
  if (once_in(3)) std::fill(kernel.begin(), kernel.end(), 3);  // what Winograd likes
  if (once_in(6)) kernel.back() = 5;
  Attributes a;
  Integers pads;
  for (int side = 0; side < 2; ++side)
    for (const std::int64_t k : kernel) pads.push_back(once_in(4) ? below(k) : k / 2);
  a.set("pads", pads);
  a.set("strides", once_in(3) ? each(spatial, 1, 2) : Integers(static_cast<std::size_t>(spatial), 1));
  a.set("dilations", once_in(6) ? each(spatial, 1, 2) : Integers(static_cast<std::size_t>(spatial), 1));
  a.set("group", group);
  a.set("kernel_shape", kernel);
  Integers weights{oc, ic / group};
  weights.insert(weights.end(), kernel.begin(), kernel.end());
  const std::int64_t fan_in = Shape(weights).elements() / oc;
  const float range = 2.0f / std::sqrt(static_cast<float>(fan_in));
  std::vector<ValueId> inputs{x, constant(Shape(weights), -range, range)};
  if (!once_in(3)) inputs.push_back(constant(Shape{oc}, -0.5f, 0.5f));
  const ValueId y = emit_one("Conv", inputs, a);
  if (y != graph::kNoValue && once_in(2)) {
    live_.push_back(y);  // twice as likely to be read: mostly chains
    once_in(2) ? norm() : activation();
  }
}

void GraphMaker::norm() {
  const ValueId x = live_.back();
  if (shape(x).rank() < 2) return;
  const Shape c{shape(x)[1]};
  Attributes a;
  a.set("epsilon", once_in(2) ? 1e-5 : 1e-3);
  emit("BatchNormalization",
       {x, constant(c, 0.5f, 2), constant(c, -1, 1), constant(c, -0.5f, 0.5f), constant(c, 0.5f, 2)}, a);
}

void GraphMaker::activation() {
  static constexpr const char* kOps[] = {"Relu", "Relu",        "LeakyRelu", "Sigmoid",
                                         "Tanh", "HardSigmoid", "HardSwish"};
  const char* op = kOps[below(std::size(kOps))];
  Attributes a;
  if (std::string_view(op) == "LeakyRelu") a.set("alpha", once_in(2) ? 0.01 : 0.25);
  if (std::string_view(op) == "HardSigmoid" && once_in(2)) a.set("alpha", 1.0 / 6);
  emit(op, {once_in(3) ? any() : live_.back()}, a);
}

void GraphMaker::clip() {
  const auto bound = [&](float low, float high) { return constant(Shape{}, low, high); };
  std::vector<ValueId> inputs{any()};
  inputs.push_back(once_in(4) ? graph::kNoValue : bound(-1, 0));
  if (!once_in(4)) inputs.push_back(bound(0.5f, 6));
  emit("Clip", inputs);
}

void GraphMaker::swish() {
  const ValueId x = any();
  const ValueId gate = emit_one("Sigmoid", {x});
  if (gate != graph::kNoValue) emit("Mul", {x, gate});
}

void GraphMaker::pool() {
  const ValueId x = any(3);
  const int spatial = shape(x).rank() - 2;
  if (spatial < 1) return;
  const Integers kernel = each(spatial, 1, 3);
  Attributes a;
  Integers pads;
  for (int side = 0; side < 2; ++side)
    for (const std::int64_t k : kernel) pads.push_back(below(k));
  a.set("kernel_shape", kernel);
  a.set("strides", each(spatial, 1, 2));
  if (once_in(2)) a.set("pads", pads);
  if (once_in(4)) a.set("ceil_mode", std::int64_t{1});
  const bool average = once_in(2);
  if (average && once_in(2)) a.set("count_include_pad", std::int64_t{1});
  emit(average ? "AveragePool" : "MaxPool", {x}, a);
}

void GraphMaker::global_pool() { emit(once_in(2) ? "GlobalAveragePool" : "GlobalMaxPool", {any(3)}); }

void GraphMaker::mean() {
  const ValueId x = any(2);
  Integers axes;
  for (int i = 1; i < shape(x).rank(); ++i)
    if (once_in(2)) axes.push_back(i);
  if (axes.empty()) return;
  Attributes a;
  a.set("keepdims", below(2));
  emit("ReduceMean", {x, integers(axes)}, a);
}

void GraphMaker::residual() {
  static constexpr const char* kOps[] = {"Add", "Add", "Add", "Sub", "Mul"};
  const ValueId x = any();
  emit(kOps[below(std::size(kOps))], {x, other_of_shape(x)});
}

void GraphMaker::gate() {
  const ValueId x = any(3);
  const ValueId mean = emit_one("GlobalAveragePool", {x});
  if (mean == graph::kNoValue) return;
  const ValueId gate = emit_one(once_in(2) ? "Sigmoid" : "HardSigmoid", {mean});
  if (gate != graph::kNoValue) emit(once_in(4) ? "Add" : "Mul", {x, gate});
}

void GraphMaker::by_constant() {
  static constexpr const char* kOps[] = {"Add", "Sub", "Mul", "Div"};
  const ValueId x = any(2);
  const char* op = kOps[below(std::size(kOps))];
  Integers dims(static_cast<std::size_t>(shape(x).rank()), 1);
  if (once_in(2)) dims[1] = shape(x)[1];
  const ValueId c = constant(once_in(3) ? Shape{} : Shape(dims), 0.5f, 2);
  emit(op, std::string_view(op) != "Div" && once_in(3) ? std::vector{c, x} : std::vector{x, c});
}

void GraphMaker::concat() {
  const ValueId x = any(2);
  std::vector<ValueId> parts{x};
  for (ValueId id : live_) {
    Shape with = shape(id);
    if (with.rank() != shape(x).rank() || parts.size() > 3 || once_in(3)) continue;
    with[1] = shape(x)[1];
    if (with == shape(x)) parts.push_back(id);
  }
  Attributes a;
  a.set("axis", std::int64_t{1});
  emit("Concat", parts, a);
}

void GraphMaker::slice() {
  const ValueId x = any(2);
  const std::int64_t axis = between(1, shape(x).rank() - 1), size = shape(x)[static_cast<int>(axis)];
  const std::int64_t start = below(size), end = between(start + 1, size);
  emit("Slice", {x, integers({start}), integers({end}), integers({axis}), integers({between(1, 2)})});
}

void GraphMaker::split() {
  const ValueId x = any(2);
  const std::int64_t channels = shape(x)[1];
  if (channels < 2) return;
  const std::int64_t first = between(1, channels - 1);
  Attributes a;
  a.set("axis", std::int64_t{1});
  emit("Split", {x, integers({first, channels - first})}, a, 2);
}

void GraphMaker::pad() {
  const ValueId x = any(2);
  Integers pads = each(2 * shape(x).rank(), 0, 1);
  emit("Pad", {x, integers(pads)});
}

void GraphMaker::transpose() {
  const ValueId x = any(2);
  Integers perm;
  for (int i = 0; i < shape(x).rank(); ++i) perm.push_back(i);
  for (std::size_t i = perm.size() - 1; i > 0; --i)
    std::swap(perm[i], perm[static_cast<std::size_t>(below(static_cast<std::int64_t>(i) + 1))]);
  Attributes a;
  a.set("perm", perm);
  emit("Transpose", {x}, a);
}

void GraphMaker::reshape() {
  const ValueId x = any(2);
  Attributes a;
  if (once_in(2)) {
    a.set("axis", between(1, shape(x).rank() - 1));
    emit("Flatten", {x}, a);
  } else {
    emit("Reshape", {x, integers({shape(x)[0], -1})});
  }
}

void GraphMaker::squeeze() {
  const ValueId x = any(2);
  Integers ones;
  for (int i = 1; i < shape(x).rank(); ++i)
    if (shape(x)[i] == 1) ones.push_back(i);
  if (!ones.empty())
    emit("Squeeze", {x, integers(ones)});
  else if (shape(x).rank() < 5)
    emit("Unsqueeze", {x, integers({2})});
}

void GraphMaker::fully_connected() {
  ValueId x = any(2);
  if (shape(x).rank() > 2) {
    x = emit_one("Flatten", {x});
    if (x == graph::kNoValue) return;
  }
  const std::int64_t k = shape(x)[1], n = between(1, 40);
  if (k > 1000) return;
  const bool transposed = once_in(2);
  Attributes a;
  a.set("transB", std::int64_t{transposed});
  if (once_in(4)) a.set("alpha", 0.5);
  std::vector<ValueId> inputs{x, constant(transposed ? Shape{n, k} : Shape{k, n}, -0.2f, 0.2f)};
  if (!once_in(3)) inputs.push_back(constant(Shape{n}, -0.5f, 0.5f));
  emit("Gemm", inputs, a);
}

void GraphMaker::matmul() {
  const ValueId x = any(2);
  const std::int64_t k = shape(x)[shape(x).rank() - 1];
  emit("MatMul", {x, constant(Shape{k, between(1, 24)}, -0.3f, 0.3f)});
}

void GraphMaker::softmax() {
  const ValueId x = any(2);
  Attributes a;
  a.set("axis", between(1, shape(x).rank() - 1));
  emit("Softmax", {x}, a);
}

void GraphMaker::passed_through() { emit(once_in(2) ? "Identity" : "Dropout", {any()}); }

const GraphMaker::Row GraphMaker::kRows[] = {
    {14, &GraphMaker::conv},
    {3, &GraphMaker::norm},
    {6, &GraphMaker::activation},
    {2, &GraphMaker::clip},
    {2, &GraphMaker::swish},
    {5, &GraphMaker::pool},
    {1, &GraphMaker::global_pool},
    {1, &GraphMaker::mean},
    {6, &GraphMaker::residual},
    {2, &GraphMaker::gate},
    {3, &GraphMaker::by_constant},
    {4, &GraphMaker::concat},
    {2, &GraphMaker::slice},
    {2, &GraphMaker::split},
    {1, &GraphMaker::pad},
    {1, &GraphMaker::transpose},
    {1, &GraphMaker::reshape},
    {1, &GraphMaker::squeeze},
    {2, &GraphMaker::fully_connected},
    {1, &GraphMaker::matmul},
    {1, &GraphMaker::softmax},
    {1, &GraphMaker::passed_through},
};

void GraphMaker::add_any_operator() {
  int total = 0;
  for (const Row& row : kRows) total += row.weight;
  std::int64_t drawn = below(total);
  for (const Row& row : kRows) {
    drawn -= row.weight;
    if (drawn >= 0) continue;
    (this->*row.add)();
    break;
  }
}

}  // namespace rt3d::tests
