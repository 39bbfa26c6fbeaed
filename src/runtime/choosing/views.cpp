#include "runtime/choosing/views.h"

#include <algorithm>

namespace rt3d::runtime {
namespace {

// f32 activations n c …: what layouts are made for.
bool has_channels(const graph::Value& value) {
  const int rank = value.desc.shape.rank();
  return value.desc.dtype == DType::f32 && rank >= 2 && rank <= 5;
}

// Of a slice of channels.
std::int64_t first_channel(const graph::Graph& graph, const graph::Node& node) {
  const std::int64_t channels = graph.value(node.inputs[0]).desc.shape[1];
  const std::int64_t start = node.attributes.integers("starts", {0}).at(0);
  return std::clamp<std::int64_t>(start < 0 ? start + channels : start, 0, channels);
}

bool is_slice_of_channels(const graph::Graph& graph, const graph::Node& node) {
  const graph::Value& out = graph.value(node.outputs[0]);
  const graph::Value& in = graph.value(node.inputs[0]);
  const std::vector<std::int64_t> one{1};
  const auto axes = node.attributes.integers("axes", {});
  return node.op == "Slice" && !graph.constant(node.inputs[0]) && has_channels(in) && axes.size() == 1 &&
         normalize_axis(axes[0], out.desc.shape.rank()) == 1 &&
         node.attributes.integers("steps", one) == one &&
         first_channel(graph, node) + out.desc.shape[1] <= in.desc.shape[1];
}

bool is_concat_of_channels(const graph::Graph& graph, const graph::Node& node) {
  const graph::Value& out = graph.value(node.outputs[0]);
  return node.op == "Concat" &&
         normalize_axis(node.attributes.integer("axis", 0), out.desc.shape.rank()) == 1 &&
         std::none_of(node.inputs.begin(), node.inputs.end(),
                      [&](graph::ValueId id) { return id == graph::kNoValue || graph.constant(id); });
}

}  // namespace

ViewKind view_kind(const graph::Graph& graph, const graph::Node& node) {
  if (node.outputs.size() != 1 || node.inputs.empty()) return ViewKind::none;
  if (node.op == "Reshape" && !graph.constant(node.inputs[0])) return ViewKind::reshape;
  if (!has_channels(graph.value(node.outputs[0]))) return ViewKind::none;
  if (is_slice_of_channels(graph, node)) return ViewKind::slice;
  return is_concat_of_channels(graph, node) ? ViewKind::concat : ViewKind::none;
}

View view_of(const graph::Graph& graph, const graph::Node& node) {
  View view{.kind = view_kind(graph, node)};
  if (view.kind == ViewKind::none) return view;
  view.inputs = view.kind == ViewKind::concat ? node.inputs.size() : 1;
  if (view.kind == ViewKind::slice) view.part_channels = {first_channel(graph, node)};
  if (view.kind != ViewKind::concat) return view;
  std::int64_t channel = 0;
  for (const graph::ValueId id : node.inputs) {
    view.part_channels.push_back(channel);
    channel += graph.value(id).desc.shape[1];
  }
  return view;
}

bool View::fits(int block) const {
  if (block == 1) return true;
  return kind != ViewKind::reshape && std::all_of(part_channels.begin(), part_channels.end(),
                                                  [&](std::int64_t channel) { return channel % block == 0; });
}

}  // namespace rt3d::runtime
