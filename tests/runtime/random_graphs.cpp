#include "runtime/random_graphs.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "graph/ops/op_table.h"

namespace rt3d::tests {
namespace {

using graph::Graph;
using graph::Node;
using graph::ValueId;
using Integers = std::vector<std::int64_t>;

// Of an activation: a graph takes milliseconds. Large ones have layers for which Winograd's methods are worth their transforms.
constexpr std::int64_t kMostElements = 12'000, kMostElementsOfLarge = 40'000;

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  Graph make();

 private:
  struct Row {
    int weight;  // how often it is drawn
    void (Maker::*add)();
  };
  static const Row kRows[];

  std::int64_t below(std::int64_t bound) { return random_.below(bound); }
  bool once_in(std::int64_t times) { return below(times) == 0; }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + below(high - low + 1); }
  Integers each(int count, std::int64_t low, std::int64_t high) {
    Integers out;
    for (int i = 0; i < count; ++i) out.push_back(between(low, high));
    return out;
  }

  const Shape& shape(ValueId id) const { return graph_.value(id).desc.shape; }
  // A value that was made before, rather a late one than an early one, of at least this rank.
  ValueId any(int least_rank = 1) {
    for (int tries = 0; tries < 20; ++tries) {
      const auto size = static_cast<std::int64_t>(live_.size());
      const ValueId id = live_[static_cast<std::size_t>(std::max(below(size), below(size)))];
      if (shape(id).rank() >= least_rank) return id;
    }
    return live_.front();
  }
  ValueId other_of_shape(ValueId like) {
    std::vector<ValueId> same;
    for (ValueId id : live_)
      if (id != like && shape(id) == shape(like)) same.push_back(id);
    return same.empty() ? like
                        : same[static_cast<std::size_t>(below(static_cast<std::int64_t>(same.size())))];
  }

  ValueId constant(const Shape& shape, float low, float high) {
    Tensor tensor = Tensor::allocate({DType::f32, shape});
    for (float& value : tensor.mutable_values<float>()) value = random_.uniform(low, high);
    return graph_.add_constant(cat("c", names_++), std::move(tensor));
  }
  ValueId integers(const Integers& values) {
    return graph_.add_constant(
        cat("c", names_++),
        Tensor::of<std::int64_t>(DType::i64, Shape{static_cast<std::int64_t>(values.size())}, values));
  }

  // Adds a node unless what it would compute is refused or too large; gives its outputs, which are then live.
  std::vector<ValueId> emit(const char* op, std::vector<ValueId> inputs, Attributes attributes = {},
                            int outputs = 1);
  ValueId emit_one(const char* op, std::vector<ValueId> inputs, Attributes attributes = {}) {
    const auto made = emit(op, std::move(inputs), std::move(attributes));
    return made.empty() ? graph::kNoValue : made[0];
  }

  void conv();
  void norm();
  void activation();
  void clip();
  void swish();
  void pool();
  void global_pool();
  void mean();
  void residual();
  void gate();
  void by_constant();
  void concat();
  void slice();
  void split();
  void pad();
  void transpose();
  void reshape();
  void squeeze();
  void fully_connected();
  void matmul();
  void softmax();
  void passed_through();

  Random random_;
  Graph graph_;
  std::vector<ValueId> live_;
  int names_ = 0;
  bool large_ = false;
  std::int64_t most_elements_ = kMostElements;
};

std::vector<ValueId> Maker::emit(const char* op, std::vector<ValueId> inputs, Attributes attributes,
                                 int outputs) {
  Node node;
  node.op = op;
  node.name = cat(op, "_", graph_.nodes.size());
  node.inputs = std::move(inputs);
  node.attributes = std::move(attributes);
  for (int i = 0; i < outputs; ++i) node.outputs.push_back(graph_.add_value(cat("v", names_++)));
  try {
    graph::infer_node(graph_, node);
  } catch (const Error&) {
    return {};
  }
  for (ValueId id : node.outputs) {
    const Shape& made = shape(id);
    if (made.rank() == 0 || made.elements() == 0 || made.elements() > most_elements_) return {};
  }
  live_.insert(live_.end(), node.outputs.begin(), node.outputs.end());
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().outputs;
}

void Maker::conv() {
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
  const float range = 2.0f / std::sqrt(static_cast<float>(Shape(weights).elements() / oc));
  std::vector<ValueId> inputs{x, constant(Shape(weights), -range, range)};
  if (!once_in(3)) inputs.push_back(constant(Shape{oc}, -0.5f, 0.5f));
  const ValueId y = emit_one("Conv", inputs, a);
  if (y != graph::kNoValue && once_in(2)) {
    live_.push_back(y);  // twice as likely to be read: mostly chains
    once_in(2) ? norm() : activation();
  }
}

void Maker::norm() {
  const ValueId x = live_.back();
  if (shape(x).rank() < 2) return;
  const Shape c{shape(x)[1]};
  Attributes a;
  a.set("epsilon", once_in(2) ? 1e-5 : 1e-3);
  emit("BatchNormalization",
       {x, constant(c, 0.5f, 2), constant(c, -1, 1), constant(c, -0.5f, 0.5f), constant(c, 0.5f, 2)}, a);
}

void Maker::activation() {
  static constexpr const char* kOps[] = {"Relu", "Relu",        "LeakyRelu", "Sigmoid",
                                         "Tanh", "HardSigmoid", "HardSwish"};
  const char* op = kOps[below(std::size(kOps))];
  Attributes a;
  if (std::string_view(op) == "LeakyRelu") a.set("alpha", once_in(2) ? 0.01 : 0.25);
  if (std::string_view(op) == "HardSigmoid" && once_in(2)) a.set("alpha", 1.0 / 6);
  emit(op, {once_in(3) ? any() : live_.back()}, a);
}

void Maker::clip() {
  const auto bound = [&](float low, float high) { return constant(Shape{}, low, high); };
  std::vector<ValueId> inputs{any()};
  inputs.push_back(once_in(4) ? graph::kNoValue : bound(-1, 0));
  if (!once_in(4)) inputs.push_back(bound(0.5f, 6));
  emit("Clip", inputs);
}

void Maker::swish() {
  const ValueId x = any();
  const ValueId gate = emit_one("Sigmoid", {x});
  if (gate != graph::kNoValue) emit("Mul", {x, gate});
}

void Maker::pool() {
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

void Maker::global_pool() { emit(once_in(2) ? "GlobalAveragePool" : "GlobalMaxPool", {any(3)}); }

void Maker::mean() {
  const ValueId x = any(2);
  Integers axes;
  for (int i = 1; i < shape(x).rank(); ++i)
    if (once_in(2)) axes.push_back(i);
  if (axes.empty()) return;
  Attributes a;
  a.set("keepdims", below(2));
  emit("ReduceMean", {x, integers(axes)}, a);
}

void Maker::residual() {
  static constexpr const char* kOps[] = {"Add", "Add", "Add", "Sub", "Mul"};
  const ValueId x = any();
  emit(kOps[below(std::size(kOps))], {x, other_of_shape(x)});
}

void Maker::gate() {
  const ValueId x = any(3);
  const ValueId mean = emit_one("GlobalAveragePool", {x});
  if (mean == graph::kNoValue) return;
  const ValueId gate = emit_one(once_in(2) ? "Sigmoid" : "HardSigmoid", {mean});
  if (gate != graph::kNoValue) emit(once_in(4) ? "Add" : "Mul", {x, gate});
}

void Maker::by_constant() {
  static constexpr const char* kOps[] = {"Add", "Sub", "Mul", "Div"};
  const ValueId x = any(2);
  const char* op = kOps[below(std::size(kOps))];
  Integers dims(static_cast<std::size_t>(shape(x).rank()), 1);
  if (once_in(2)) dims[1] = shape(x)[1];
  const ValueId c = constant(once_in(3) ? Shape{} : Shape(dims), 0.5f, 2);
  emit(op, std::string_view(op) != "Div" && once_in(3) ? std::vector{c, x} : std::vector{x, c});
}

void Maker::concat() {
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

void Maker::slice() {
  const ValueId x = any(2);
  const std::int64_t axis = between(1, shape(x).rank() - 1), size = shape(x)[static_cast<int>(axis)];
  const std::int64_t start = below(size), end = between(start + 1, size);
  emit("Slice", {x, integers({start}), integers({end}), integers({axis}), integers({between(1, 2)})});
}

void Maker::split() {
  const ValueId x = any(2);
  const std::int64_t channels = shape(x)[1];
  if (channels < 2) return;
  const std::int64_t first = between(1, channels - 1);
  Attributes a;
  a.set("axis", std::int64_t{1});
  emit("Split", {x, integers({first, channels - first})}, a, 2);
}

void Maker::pad() {
  const ValueId x = any(2);
  Integers pads = each(2 * shape(x).rank(), 0, 1);
  emit("Pad", {x, integers(pads)});
}

void Maker::transpose() {
  const ValueId x = any(2);
  Integers perm;
  for (int i = 0; i < shape(x).rank(); ++i) perm.push_back(i);
  for (std::size_t i = perm.size() - 1; i > 0; --i)
    std::swap(perm[i], perm[static_cast<std::size_t>(below(static_cast<std::int64_t>(i) + 1))]);
  Attributes a;
  a.set("perm", perm);
  emit("Transpose", {x}, a);
}

void Maker::reshape() {
  const ValueId x = any(2);
  Attributes a;
  if (once_in(2)) {
    a.set("axis", between(1, shape(x).rank() - 1));
    emit("Flatten", {x}, a);
  } else {
    emit("Reshape", {x, integers({shape(x)[0], -1})});
  }
}

void Maker::squeeze() {
  const ValueId x = any(2);
  Integers ones;
  for (int i = 1; i < shape(x).rank(); ++i)
    if (shape(x)[i] == 1) ones.push_back(i);
  if (!ones.empty())
    emit("Squeeze", {x, integers(ones)});
  else if (shape(x).rank() < 5)
    emit("Unsqueeze", {x, integers({2})});
}

void Maker::fully_connected() {
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

void Maker::matmul() {
  const ValueId x = any(2);
  const std::int64_t k = shape(x)[shape(x).rank() - 1];
  emit("MatMul", {x, constant(Shape{k, between(1, 24)}, -0.3f, 0.3f)});
}

void Maker::softmax() {
  const ValueId x = any(2);
  Attributes a;
  a.set("axis", between(1, shape(x).rank() - 1));
  emit("Softmax", {x}, a);
}

void Maker::passed_through() { emit(once_in(2) ? "Identity" : "Dropout", {any()}); }

const Maker::Row Maker::kRows[] = {
    {14, &Maker::conv},
    {3, &Maker::norm},
    {6, &Maker::activation},
    {2, &Maker::clip},
    {2, &Maker::swish},
    {5, &Maker::pool},
    {1, &Maker::global_pool},
    {1, &Maker::mean},
    {6, &Maker::residual},
    {2, &Maker::gate},
    {3, &Maker::by_constant},
    {4, &Maker::concat},
    {2, &Maker::slice},
    {2, &Maker::split},
    {1, &Maker::pad},
    {1, &Maker::transpose},
    {1, &Maker::reshape},
    {1, &Maker::squeeze},
    {2, &Maker::fully_connected},
    {1, &Maker::matmul},
    {1, &Maker::softmax},
    {1, &Maker::passed_through},
};

Graph Maker::make() {
  graph_.name = "random";
  large_ = once_in(8);
  if (large_) most_elements_ = kMostElementsOfLarge;
  const int rank = large_ ? 5 : once_in(6) ? 4 : once_in(12) ? 3 : 5;
  for (std::int64_t inputs = once_in(5) ? 2 : 1; inputs > 0; --inputs) {
    Integers dims{!large_ && once_in(4) ? 2 : 1, large_ ? between(16, 32) : between(1, 18)};
    for (int i = 2; i < rank; ++i)
      dims.push_back(large_ ? between(i == 2 ? 2 : 8, i == 2 ? 4 : 14) : between(1, i == 2 ? 6 : 12));
    const ValueId id = graph_.add_value(cat("x", inputs), {DType::f32, Shape(dims)}, true);
    graph_.inputs.push_back(id);
    live_.push_back(id);
  }
  int total = 0;
  for (const Row& row : kRows) total += row.weight;
  const auto nodes = static_cast<std::size_t>(between(1, 14));
  for (int tries = 0; tries < 60 && graph_.nodes.size() < nodes; ++tries) {
    std::int64_t drawn = below(total);
    for (const Row& row : kRows) {
      drawn -= row.weight;
      if (drawn >= 0) continue;
      (this->*row.add)();
      break;
    }
  }
  if (graph_.nodes.empty()) emit("Relu", {live_[0]});
  // Every value that nobody reads is an output, and sometimes one that is read.
  const Graph::Uses uses = graph_.uses();
  for (const Node& node : graph_.nodes)
    for (ValueId id : node.outputs)
      if (uses.consumers[static_cast<std::size_t>(id)].empty() || once_in(12)) graph_.outputs.push_back(id);
  return std::move(graph_);
}

}  // namespace

Graph random_graph(std::uint64_t seed) { return Maker(seed).make(); }

}  // namespace rt3d::tests
