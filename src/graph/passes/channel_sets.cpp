// See channel_sets.h. One rule per operation says along which axis the output's channels lie and what they are linked to; a rule
// that cannot tell answers nothing, and the node pins its operands.
#include "graph/passes/channel_sets.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

namespace rt3d::graph {
namespace {

struct Followed {
  int axis;
  std::vector<ChannelLink> links;
};

struct LinkView {
  const Graph& graph;
  const Node& node;
  const std::vector<int>& axes;

  const Shape& shape(ValueId id) const { return graph.value(id).desc.shape; }
  ValueId in(std::size_t i = 0) const { return node.inputs[i]; }
  ValueId out() const { return node.outputs[0]; }
  int axis(ValueId id) const { return axes[static_cast<std::size_t>(id)]; }
  bool has(std::size_t i) const { return i < node.inputs.size() && node.inputs[i] != kNoValue; }
};
using LinkRule = std::optional<Followed> (*)(const LinkView&);

ChannelLink alike(const LinkView& v, ValueId from, int axis) {
  return {.from = from, .to = v.out(), .count = v.shape(v.out())[axis]};
}

// Channel by channel along the same axis: activations, pooling, padding of other axes.
std::optional<Followed> same(const LinkView& v) {
  const int axis = v.axis(v.in());
  if (axis < 0 || v.shape(v.in()).rank() != v.shape(v.out()).rank() ||
      v.shape(v.in())[axis] != v.shape(v.out())[axis])
    return std::nullopt;
  return Followed{axis, {alike(v, v.in(), axis)}};
}

std::optional<Followed> softmax(const LinkView& v) {
  const int axis = normalize_axis(v.node.attributes.integer("axis", -1), v.shape(v.in()).rank());
  return axis == v.axis(v.in()) ? std::nullopt : same(v);
}

// Operands of the output's rank and channels; constants are cut to measure later.
std::optional<Followed> elementwise(const LinkView& v) {
  Followed result{-1, {}};
  for (const ValueId id : v.node.inputs) {
    if (id == kNoValue || v.graph.constant(id)) continue;
    const int axis = v.axis(id);
    if (axis < 0 || v.shape(id).rank() != v.shape(v.out()).rank() ||
        v.shape(id)[axis] != v.shape(v.out())[axis] || (result.axis >= 0 && result.axis != axis))
      return std::nullopt;
    result.axis = axis;
    result.links.push_back(alike(v, id, axis));
  }
  if (result.axis < 0) return std::nullopt;
  return result;
}

// Constant weights [out, in per group, …] of f32 and a constant bias or none. Weights that come transformed as well stay as they are.
bool has_weights(const LinkView& v, std::int64_t out, std::int64_t in) {
  const Tensor* weights = v.has(1) ? v.graph.constant(v.in(1)) : nullptr;
  if (!weights || v.graph.value(v.in(1)).transformed || weights->dtype() != DType::f32 ||
      weights->shape().rank() < 2 || weights->elements() == 0 || weights->shape()[0] != out ||
      weights->shape()[1] != in)
    return false;
  if (!v.has(2)) return true;
  const Tensor* bias = v.graph.constant(v.in(2));
  return bias && bias->dtype() == DType::f32 && bias->elements() == out;
}

std::optional<Followed> conv(const LinkView& v) {
  if (v.axis(v.in()) != 1 || v.has(4)) return std::nullopt;
  Followed result{1, {}};
  const std::int64_t groups = v.node.attributes.integer("group", 1);
  const std::int64_t in = v.shape(v.in())[1], out = v.shape(v.out())[1];
  if (groups < 1 || !has_weights(v, out, in / groups)) return std::nullopt;
  if (groups > 1)
    result.links.push_back(
        {.from = v.in(), .to = v.out(), .count = groups, .from_run = in / groups, .to_run = out / groups});
  if (v.has(3)) {
    if (v.axis(v.in(3)) != 1 || v.shape(v.in(3))[1] != out) return std::nullopt;
    result.links.push_back(alike(v, v.in(3), 1));
  }
  return result;
}

std::optional<Followed> gemm(const LinkView& v) {
  const int last = v.shape(v.in()).rank() - 1;
  const Shape& out = v.shape(v.out());
  if (v.axis(v.in()) != last || v.node.attributes.has("transB") || v.has(3) ||
      !has_weights(v, out[out.rank() - 1], v.shape(v.in())[last]))
    return std::nullopt;
  return Followed{out.rank() - 1, {}};
}

std::optional<Followed> concat(const LinkView& v) {
  const int joined = normalize_axis(v.node.attributes.integer("axis", 0), v.shape(v.out()).rank());
  Followed result{-1, {}};
  std::int64_t first = 0;
  for (const ValueId id : v.node.inputs) {
    if (id == kNoValue || v.axis(id) < 0 || (result.axis >= 0 && v.axis(id) != result.axis))
      return std::nullopt;
    result.axis = v.axis(id);
    const std::int64_t channels = v.shape(id)[result.axis];
    result.links.push_back({.from = id, .to = v.out(), .count = channels, .to_first = first});
    if (joined == result.axis) first += channels;
  }
  return result;
}

std::optional<Followed> slice(const LinkView& v) {
  const int axis = v.axis(v.in()), rank = v.shape(v.out()).rank();
  if (axis < 0) return std::nullopt;
  const auto axes = v.node.attributes.integers("axes", {}), starts = v.node.attributes.integers("starts", {});
  const auto steps = v.node.attributes.integers("steps", {});
  ChannelLink link = alike(v, v.in(), axis);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (normalize_axis(axes[i], rank) != axis) continue;
    if (i >= starts.size() || i >= steps.size() || steps[i] != 1) return std::nullopt;
    const std::int64_t channels = v.shape(v.in())[axis];
    link.from_first = std::clamp<std::int64_t>(starts[i] < 0 ? starts[i] + channels : starts[i], 0, channels);
  }
  if (link.from_first + link.count > v.shape(v.in())[axis]) return std::nullopt;
  return Followed{axis, {link}};
}

std::int64_t product(const Shape& shape, int from, int to) {
  return std::accumulate(shape.begin() + from, shape.begin() + to, std::int64_t{1}, std::multiplies<>());
}

// Axes before the channels stay; channels are whole runs of the output's, or the reverse, or neither.
std::optional<Followed> reshape(const LinkView& v) {
  const int axis = v.axis(v.in());
  const Shape &in = v.shape(v.in()), &out = v.shape(v.out());
  if (axis < 0 || axis >= out.rank() || !std::equal(in.begin(), in.begin() + axis, out.begin()))
    return std::nullopt;
  const std::int64_t from = in[axis], to = out[axis];
  if (from <= 0 || to <= 0 || product(in, axis, in.rank()) != product(out, axis, out.rank()) ||
      (to % from != 0 && from % to != 0))
    return std::nullopt;
  const std::int64_t count = std::min(from, to);
  return Followed{
      axis,
      {{.from = v.in(), .to = v.out(), .count = count, .from_run = from / count, .to_run = to / count}}};
}

std::optional<Followed> transpose(const LinkView& v) {
  const auto perm = v.node.attributes.integers("perm", {});
  const int axis = v.axis(v.in());
  const auto found = std::find(perm.begin(), perm.end(), axis);
  if (axis < 0 || found == perm.end()) return std::nullopt;
  const int to = static_cast<int>(found - perm.begin());
  return Followed{to, {alike(v, v.in(), to)}};
}

std::optional<Followed> reduce(const LinkView& v) {
  const int axis = v.axis(v.in()), rank = v.shape(v.in()).rank();
  if (axis < 0) return std::nullopt;
  int to = axis;
  for (const std::int64_t a : v.node.attributes.integers("axes", {})) {
    const int reduced = normalize_axis(a, rank);
    if (reduced == axis) return std::nullopt;
    if (reduced < axis && v.node.attributes.integer("keepdims", 1) == 0) --to;
  }
  return Followed{to, {alike(v, v.in(), to)}};
}

struct LinkRow {
  std::string_view op;
  LinkRule rule;
};
constexpr LinkRow kLinkRules[] = {
    {"Activation", same},    {"Add", elementwise},    {"AveragePool", same}, {"Concat", concat},
    {"Conv", conv},          {"Div", elementwise},    {"Gemm", gemm},        {"GlobalAveragePool", same},
    {"GlobalMaxPool", same}, {"MaxPool", same},       {"Mul", elementwise},  {"Pad", same},
    {"ReduceMean", reduce},  {"Reshape", reshape},    {"Slice", slice},      {"Softmax", softmax},
    {"Sub", elementwise},    {"Transpose", transpose}};

// Weights [out, in] all the same.
std::optional<Followed> exported_gemm(const LinkView& v) {
  const Attributes& a = v.node.attributes;
  const Shape& out = v.shape(v.out());
  if (v.axis(v.in()) != 1 || v.shape(v.in()).rank() != 2 || a.integer("transB", 0) != 1 ||
      a.integer("transA", 0) != 0 || a.real("alpha", 1) != 1 || a.real("beta", 1) != 1 || v.has(3) ||
      !has_weights(v, out[1], v.shape(v.in())[1]))
    return std::nullopt;
  return Followed{1, {}};
}

std::optional<Followed> normalization(const LinkView& v) {
  for (std::size_t i = 1; i < 5; ++i)
    if (!v.has(i) || !v.graph.constant(v.in(i))) return std::nullopt;
  return v.axis(v.in()) == 1 ? same(v) : std::nullopt;
}

// What the same operations say by operands, the normal form says by attributes.
std::optional<Followed> exported_reduce(const LinkView& v) {
  return v.node.inputs.size() == 1 ? reduce(v) : std::nullopt;
}

// Those that differ from the normal form's, which count where there is none here.
constexpr LinkRow kExportedRules[] = {{"BatchNormalization", normalization},
                                      {"Clip", same},
                                      {"Dropout", same},
                                      {"Elu", same},
                                      {"Flatten", reshape},
                                      {"Gemm", exported_gemm},
                                      {"HardSigmoid", same},
                                      {"HardSwish", same},
                                      {"Identity", same},
                                      {"LeakyRelu", same},
                                      {"ReduceMean", exported_reduce},
                                      {"Relu", same},
                                      {"Sigmoid", same},
                                      {"Slice", [](const LinkView&) { return std::optional<Followed>(); }},
                                      {"Squeeze", reshape},
                                      {"Tanh", same},
                                      {"Unsqueeze", reshape}};

LinkRule find_rule(std::span<const LinkRow> rows, std::string_view op) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const LinkRow& r) { return r.op == op; });
  return row == rows.end() ? nullptr : row->rule;
}

std::optional<Followed> follow_node(const LinkView& v, ChannelSets::Form form) {
  LinkRule rule = form == ChannelSets::Form::exported ? find_rule(kExportedRules, v.node.op) : nullptr;
  if (!rule) rule = find_rule(kLinkRules, v.node.op);
  if (!rule || v.node.outputs.size() != 1 || !v.has(0) || v.graph.constant(v.in())) return std::nullopt;
  return rule(v);
}

bool followable(const Value& value) {
  return !value.constant && value.shape_known && value.desc.dtype == DType::f32 &&
         value.desc.shape.rank() >= 2;
}

}  // namespace

bool mixes_channels(const Node& node) {
  return node.op == "Gemm" || (node.op == "Conv" && node.attributes.integer("group", 1) == 1);
}

ChannelSets::ChannelSets(const Graph& graph, Form form)
    : axis_(graph.value_count(), -1),
      channels_(graph.value_count(), 0),
      followed_(graph.nodes.size(), false),
      links_(graph.nodes.size()) {
  follow(graph, form);
  std::size_t elements = 0;
  for (std::size_t id = 0; id < channels_.size(); ++id) {
    if (axis_[id] >= 0) channels_[id] = graph.value(static_cast<ValueId>(id)).desc.shape[axis_[id]];
    first_.push_back(elements);
    elements += static_cast<std::size_t>(channels_[id]);
  }
  root_.resize(elements);
  std::iota(root_.begin(), root_.end(), std::size_t{0});
  for (const auto& links : links_)
    for (const ChannelLink& link : links) join(link);
  for (std::size_t e = 0; e < elements; ++e) root_[e] = find(e);
  pinned_.resize(elements, false);
  for (const ValueId id : graph.inputs) pin(id);
  for (const ValueId id : graph.outputs) pin(id);
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (followed_[n]) continue;
    for (const ValueId id : node.inputs) pin(id);
    for (const ValueId id : node.outputs) pin(id);
  }
}

void ChannelSets::follow(const Graph& graph, Form form) {
  for (const ValueId id : graph.inputs)
    if (followable(graph.value(id))) axis_[static_cast<std::size_t>(id)] = 1;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.outputs.size() != 1 || !followable(graph.value(node.outputs[0]))) continue;
    const auto followed = follow_node({graph, node, axis_}, form);
    // What follows a node that nothing is known of has channels all the same, and they stay.
    axis_[static_cast<std::size_t>(node.outputs[0])] = followed ? followed->axis : 1;
    followed_[n] = followed.has_value();
    if (followed) links_[n] = followed->links;
  }
}

std::size_t ChannelSets::find(std::size_t element) {
  while (root_[element] != element) element = root_[element] = root_[root_[element]];
  return element;
}

void ChannelSets::join(const ChannelLink& link) {
  const std::size_t from =
      first_[static_cast<std::size_t>(link.from)] + static_cast<std::size_t>(link.from_first);
  const std::size_t to = first_[static_cast<std::size_t>(link.to)] + static_cast<std::size_t>(link.to_first);
  const auto from_run = static_cast<std::size_t>(link.from_run),
             to_run = static_cast<std::size_t>(link.to_run);
  for (std::size_t j = 0; j < static_cast<std::size_t>(link.count); ++j) {
    const std::size_t all = find(from + j * from_run);
    for (std::size_t i = 1; i < from_run; ++i) root_[find(from + j * from_run + i)] = all;
    for (std::size_t i = 0; i < to_run; ++i) root_[find(to + j * to_run + i)] = all;
  }
}

void ChannelSets::pin(ValueId id) {
  if (id == kNoValue) return;
  for (std::int64_t c = 0; c < channels(id); ++c) pinned_[set(id, c)] = true;
}

}  // namespace rt3d::graph
