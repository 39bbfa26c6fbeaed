// See channel_values.h. One rule per operation, in topological order.
#include "graph/passes/channel_values.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

#include "graph/passes/activation.h"
#include "graph/passes/weight_matrix.h"

namespace rt3d::graph {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

using Numbers = std::vector<double>;

struct NumberView {
  const Graph& graph;
  const ChannelSets& sets;
  const std::vector<Numbers>& known;
  int index;

  const Node& node() const { return graph.nodes[static_cast<std::size_t>(index)]; }
  ValueId out() const { return node().outputs[0]; }
  std::int64_t channels() const { return sets.channels(out()); }
  const Numbers& of(ValueId id) const { return known[static_cast<std::size_t>(id)]; }
};
using NumberRule = Numbers (*)(const NumberView&);

Numbers unknown(const NumberView& v) { return Numbers(static_cast<std::size_t>(v.channels()), kUnknown); }

// What the links carry over, for operations that change no number. Where several meet they must agree.
Numbers carried(const NumberView& v) {
  Numbers out = unknown(v);
  std::vector<bool> met(out.size(), false);
  for (const ChannelLink& link : v.sets.links(v.index))
    for (std::int64_t i = 0; i < link.count * link.to_run; ++i) {
      const auto to = static_cast<std::size_t>(link.to_first + i);
      const auto from = static_cast<std::size_t>(link.from_first + i / link.to_run);
      const double k = link.from_run == 1 ? v.of(link.from)[from] : kUnknown;
      out[to] = met[to] && k != out[to] ? kUnknown : k;
      met[to] = true;
    }
  return out;
}

// A window that could lie in the padding alone gives something else there, and so does an average that counts padding.
Numbers pool(const NumberView& v) {
  Numbers out = carried(v);
  if (!has_pads(v.node())) return out;
  const Attributes& a = v.node().attributes;
  const auto kernel = a.integers("kernel_shape", {}), pads = a.integers("pads", {});
  const auto dilations = a.integers("dilations", {});
  bool inside = std::all_of(dilations.begin(), dilations.end(), [](std::int64_t d) { return d == 1; });
  for (std::size_t i = 0; i < pads.size(); ++i) inside = inside && pads[i] < kernel[i % kernel.size()];
  const bool counted = v.node().op == "AveragePool" && a.integer("count_include_pad", 0) != 0;
  for (double& k : out)
    if (!inside || (counted && k != 0)) k = kUnknown;
  return out;
}

Numbers pad(const NumberView& v) {
  Numbers out = carried(v);
  const Attributes& a = v.node().attributes;
  const double value = a.real("value", 0);
  for (double& k : out)
    if (has_pads(v.node()) && a.string("mode", "constant") == "constant" && k != value) k = kUnknown;
  return out;
}

// The numbers of an elementwise operand: known channels, or a constant's, one per channel.
Numbers operand(const NumberView& v, ValueId id) {
  const Tensor* constant = v.graph.constant(id);
  if (!constant) return v.of(id);
  Numbers out = unknown(v);
  if (constant->dtype() != DType::f32) return out;
  const Tensor aligned = constant->aligned_copy();
  const auto values = aligned.values<float>();
  const int from_end = v.graph.value(v.out()).desc.shape.rank() - v.sets.axis(v.out());
  const Shape& shape = constant->shape();
  const bool per_channel = static_cast<std::int64_t>(values.size()) == v.channels() &&
                           shape.rank() >= from_end && shape[shape.rank() - from_end] == v.channels();
  for (std::size_t c = 0; c < out.size(); ++c)
    if (per_channel || values.size() == 1) out[c] = values[per_channel ? c : 0];
  return out;
}

Numbers binary(const NumberView& v) {
  const Numbers a = operand(v, v.node().inputs[0]), b = operand(v, v.node().inputs[1]);
  const std::string& op = v.node().op;
  Numbers out = unknown(v);
  for (std::size_t c = 0; c < out.size(); ++c) {
    if (op == "Add") out[c] = a[c] + b[c];
    if (op == "Sub") out[c] = a[c] - b[c];
    if (op == "Mul") out[c] = a[c] == 0 || b[c] == 0 ? 0 : a[c] * b[c];
    if (op == "Div" && b[c] != 0) out[c] = a[c] / b[c];
  }
  return out;
}

// Weights [out, in per group, …] times known channels; a known number other than zero counts only where no padding is read.
Numbers linear(const NumberView& v) {
  const Node& node = v.node();
  Numbers out = unknown(v);
  const WeightMatrix weights(*v.graph.constant(node.inputs[1]));
  const std::int64_t groups = node.op == "Conv" ? node.attributes.integer("group", 1) : 1;
  const Numbers& in = v.of(node.inputs[0]);
  const auto input = [&](std::size_t i) { return i < node.inputs.size() ? node.inputs[i] : kNoValue; };
  const Tensor bias = input(2) == kNoValue ? Tensor() : v.graph.constant(input(2))->aligned_copy();
  const bool padded = has_pads(node);
  for (std::int64_t o = 0; o < weights.rows; ++o) {
    double sum = input(2) == kNoValue ? 0 : bias.values<float>()[static_cast<std::size_t>(o)];
    if (input(3) != kNoValue) sum += v.of(input(3))[static_cast<std::size_t>(o)];
    const std::int64_t first = o / (weights.rows / groups) * weights.columns;
    for (std::int64_t i = 0; i < weights.columns && !std::isnan(sum); ++i) {
      if (weights.zero(o, i)) continue;
      const double k = in[static_cast<std::size_t>(first + i)];
      for (std::int64_t p = 0; p < weights.positions; ++p)
        sum += padded && k != 0 ? kUnknown : k * weights.at(o, i, p);
    }
    out[static_cast<std::size_t>(o)] = sum;
  }
  v.graph.constant(node.inputs[1])->release_pages();
  return out;
}

struct NumberRow {
  std::string_view op;
  NumberRule rule;
};
constexpr NumberRow kNumberRules[] = {
    {"Activation", carried},    {"Add", binary},      {"AveragePool", pool}, {"Concat", carried},
    {"Conv", linear},           {"Div", binary},      {"Gemm", linear},      {"GlobalAveragePool", carried},
    {"GlobalMaxPool", carried}, {"MaxPool", pool},    {"Mul", binary},       {"Pad", pad},
    {"ReduceMean", carried},    {"Reshape", carried}, {"Slice", carried},    {"Sub", binary},
    {"Transpose", carried}};

// Behind the node's fused activation, if it has one.
void activate(const Node& node, Numbers& numbers, const Evaluator& evaluate) {
  const bool any = std::any_of(numbers.begin(), numbers.end(), [](double k) { return !std::isnan(k); });
  if (!any || !has_activation(node)) return;
  Node activation{"Activation", node.name, {0}, {1}, {}, {}};
  copy_activation(node, activation);
  const TensorDesc desc{DType::f32, Shape{1, static_cast<std::int64_t>(numbers.size())}};
  Tensor before = Tensor::allocate(desc);
  for (std::size_t c = 0; c < numbers.size(); ++c)
    before.mutable_values<float>()[c] = std::isnan(numbers[c]) ? 0 : static_cast<float>(numbers[c]);
  const Tensor* inputs[] = {&before};
  const Tensor after = evaluate(activation, inputs, {&desc, 1}).at(0);
  for (std::size_t c = 0; c < numbers.size(); ++c)
    if (!std::isnan(numbers[c])) numbers[c] = after.values<float>()[c];
}

}  // namespace

bool has_pads(const Node& node) {
  const auto pads = node.attributes.integers("pads", {});
  return std::any_of(pads.begin(), pads.end(), [](std::int64_t p) { return p != 0; });
}

std::vector<Numbers> known_channels(const Graph& graph, const ChannelSets& sets, const Evaluator& evaluate) {
  std::vector<Numbers> known(graph.value_count());
  for (std::size_t id = 0; id < known.size(); ++id)
    known[id].assign(static_cast<std::size_t>(sets.channels(static_cast<ValueId>(id))), kUnknown);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const auto row = std::find_if(std::begin(kNumberRules), std::end(kNumberRules),
                                  [&](const NumberRow& r) { return r.op == node.op; });
    if (!sets.followed(static_cast<int>(n)) || row == std::end(kNumberRules)) continue;
    Numbers numbers = row->rule({graph, sets, known, static_cast<int>(n)});
    activate(node, numbers, evaluate);
    for (double& k : numbers)
      if (std::isinf(k)) k = kUnknown;
    known[static_cast<std::size_t>(node.outputs[0])] = std::move(numbers);
  }
  return known;
}

}  // namespace rt3d::graph
