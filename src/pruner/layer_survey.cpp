#include "pruner/layer_survey.h"

#include "pruner/prunable_layers.h"

namespace rt3d::pruner {

bool is_normalized(const graph::Graph& graph, const graph::Graph::Uses& uses, const graph::Node& node) {
  const auto& readers = uses.consumers[static_cast<std::size_t>(node.outputs[0])];
  return !graph.is_output(node.outputs[0]) && readers.size() == 1 &&
         graph.nodes[static_cast<std::size_t>(readers[0])].op == "BatchNormalization";
}

LayerSurvey survey_layers(Network& network, const std::vector<std::string>& keep_dense) {
  const graph::Graph& graph = network.graph();
  const graph::Graph::Uses uses = graph.uses();
  LayerSurvey survey;
  for (const PrunableLayer& layer : prunable_layers(network, keep_dense)) {
    survey.macs += layer.macs;
    survey.rows.push_back({.name = layer.name,
                           .weights = layer.shape,
                           .macs = layer.macs,
                           .kept_macs = layer.macs,
                           .dense = layer.dense,
                           .scheme = {},
                           .removed = {}});
    if (!layer.dense.empty()) continue;
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(layer.node)];
    Parameter* bias = node.inputs.size() > 2 ? network.parameter(node.inputs[2]) : nullptr;
    if (bias && is_shared(network, *bias)) bias = nullptr;
    survey.convs.push_back({.row = survey.rows.size() - 1,
                            .node = layer.node,
                            .weights = network.parameter(layer.weights),
                            .transformed = layer.transformed,
                            .bias = bias,
                            .constant = bias || is_normalized(graph, uses, node)});
  }
  return survey;
}

}  // namespace rt3d::pruner
