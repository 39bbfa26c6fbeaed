#include "runtime/node_treatment.h"

#include <algorithm>

namespace rt3d::runtime {
namespace {

// f32 activations n c …: what layouts are made for.
bool has_channels(const graph::Value& value) {
  const int rank = value.desc.shape.rank();
  return value.desc.dtype == DType::f32 && rank >= 2 && rank <= 5;
}

}  // namespace

Treatment treatment_of(const graph::Graph& graph, const graph::Node& node) {
  if (node.outputs.size() != 1 || node.inputs.empty()) return Treatment::kernel;
  const graph::Value& out = graph.value(node.outputs[0]);
  const bool first_constant = graph.constant(node.inputs[0]) != nullptr;
  if (node.op == "Reshape" && !first_constant) return Treatment::reshape;
  if (!has_channels(out)) return Treatment::kernel;
  if (node.op == "Slice" && !first_constant && has_channels(graph.value(node.inputs[0]))) {
    const std::vector<std::int64_t> one{1};
    const auto axes = node.attributes.integers("axes", {});
    if (axes.size() == 1 && normalize_axis(axes[0], out.desc.shape.rank()) == 1 &&
        node.attributes.integers("steps", one) == one &&
        first_channel(graph, node) + out.desc.shape[1] <= graph.value(node.inputs[0]).desc.shape[1])
      return Treatment::slice;
  }
  if (node.op == "Concat" && normalize_axis(node.attributes.integer("axis", 0), out.desc.shape.rank()) == 1 &&
      std::none_of(node.inputs.begin(), node.inputs.end(),
                   [&](graph::ValueId id) { return id == graph::kNoValue || graph.constant(id); }))
    return Treatment::concat;
  return Treatment::kernel;
}

std::int64_t first_channel(const graph::Graph& graph, const graph::Node& node) {
  const std::int64_t channels = graph.value(node.inputs[0]).desc.shape[1];
  const std::int64_t start = node.attributes.integers("starts", {0}).at(0);
  return std::clamp<std::int64_t>(start < 0 ? start + channels : start, 0, channels);
}

}  // namespace rt3d::runtime
