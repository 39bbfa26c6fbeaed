#include "pruner/prunable_layers.h"

#include <algorithm>

#include "base/error.h"
#include "graph/transformed_weights.h"
#include "pruner/winograd_conv.h"
#include "pruning/layers.h"

namespace rt3d::pruner {
namespace {

bool named(const std::string& pattern, const std::string& name) {
  if (pattern.ends_with('*'))
    return name.starts_with(std::string_view(pattern).substr(0, pattern.size() - 1));
  return pattern == name;
}

}  // namespace

graph::ValueId pruned_operand(const graph::Node& node) {
  return node.inputs[is_transformed(node) ? graph::kTransformedInput : 1];
}

bool is_shared(Network& network, const Parameter& parameter) {
  int readers = 0;
  for (const graph::Node& node : network.graph().nodes)
    for (const graph::ValueId id : node.inputs) readers += network.parameter(id) == &parameter;
  return readers > 1;
}

std::vector<PrunableLayer> prunable_layers(Network& network, const std::vector<std::string>& keep_dense) {
  const graph::Graph& graph = network.graph();
  std::vector<PrunableLayer> layers;
  std::vector<bool> met(keep_dense.size(), false);
  for (const pruning::Layer& layer : pruning::layers_of(graph)) {
    const std::string& weights_name = graph.value(layer.weights).name;
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(layer.node)];
    const graph::ValueId pruned = pruned_operand(node);
    PrunableLayer row{.name = layer.name.empty() ? weights_name : layer.name,
                      .weights_name = weights_name,
                      .weights = pruned,
                      .shape = graph.value(pruned).desc.shape,
                      .transformed = is_transformed(node),
                      .macs = layer.macs,
                      .node = layer.node,
                      .dense = layer.stays};
    for (std::size_t i = 0; i < met.size(); ++i)
      if (named(keep_dense[i], row.name) || named(keep_dense[i], weights_name)) {
        met[i] = true;
        row.dense = "as asked";
      }
    if (row.dense.empty() && node.op != "Conv") row.dense = "linear";
    const Parameter* const weights = network.parameter(pruned);
    if (row.dense.empty() && !weights) row.dense = "its weights are computed";
    if (row.dense.empty() && is_shared(network, *weights)) row.dense = "its weights are shared";
    layers.push_back(std::move(row));
  }
  for (std::size_t i = 0; i < met.size(); ++i)
    if (!met[i])
      fail(Code::invalid_argument, "no layer is named '", keep_dense[i], "', which is to stay dense");
  if (std::ranges::none_of(layers, [](const PrunableLayer& layer) { return layer.dense.empty(); }))
    fail(Code::invalid_argument,
         "the model has no convolution that may be pruned: the first and the last layer, grouped "
         "convolutions and linear layers stay dense");
  return layers;
}

}  // namespace rt3d::pruner
