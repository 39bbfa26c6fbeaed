#include "pruning/filter_cut.h"

#include <algorithm>
#include <string_view>

namespace rt3d::pruning {

namespace {

// Zero stays zero, and channels stay apart.
constexpr std::string_view kTransparent[] = {"Relu", "MaxPool", "AveragePool", "GlobalAveragePool"};

bool is_transparent(const graph::Node& node) {
  return std::find(std::begin(kTransparent), std::end(kTransparent), node.op) != std::end(kTransparent);
}

class Walk {
 public:
  explicit Walk(const graph::Graph& graph) : graph_(graph), uses_(graph.uses()) {}

  // False when the channels of `value` cannot just vanish.
  bool follow(graph::ValueId value, ChannelPlace place) {
    if (graph_.is_output(value)) return false;
    for (const int consumer : uses_.consumers[static_cast<std::size_t>(value)]) {
      place.node = consumer;
      if (!pass(value, place)) return false;
    }
    return true;
  }

  FilterCut cut;

 private:
  std::int64_t channels(graph::ValueId value) const { return graph_.value(value).desc.shape[1]; }

  bool pass(graph::ValueId value, ChannelPlace place) {
    const graph::Node& node = graph_.nodes[static_cast<std::size_t>(place.node)];
    const graph::ValueId out = node.outputs[0];
    if (node.op == "Gemm" || (node.op == "Conv" && node.attributes.integer("group", 1) == 1)) {
      cut.readers.push_back(place);
      return true;
    }
    if (node.op == "BatchNormalization") {
      cut.norms.push_back(place);
      return follow(out, place);
    }
    if (is_transparent(node)) return follow(out, place);
    if (node.op == "Concat" && node.attributes.integer("axis", 0) == 1) {
      for (std::size_t i = 0; node.inputs[i] != value; ++i) place.first += channels(node.inputs[i]);
      return follow(out, place);
    }
    if (node.op == "Flatten" || node.op == "Reshape") {
      if (graph_.value(out).desc.shape.rank() != 2 || place.span != 1) return false;
      place.span = channels(out) / channels(value);
      return follow(out, place);
    }
    return false;
  }

  const graph::Graph& graph_;
  graph::Graph::Uses uses_;
};

}  // namespace

std::optional<FilterCut> follow_channels(const graph::Graph& graph, int node) {
  Walk walk(graph);
  const bool vanishes = walk.follow(graph.nodes[static_cast<std::size_t>(node)].outputs[0], {});
  if (!vanishes || walk.cut.readers.empty()) return std::nullopt;
  return std::move(walk.cut);
}

}  // namespace rt3d::pruning
