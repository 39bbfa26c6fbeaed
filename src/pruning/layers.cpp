#include "pruning/layers.h"

#include <algorithm>

namespace rt3d::pruning {

std::vector<Layer> layers_of(const graph::Graph& graph) {
  std::vector<Layer> layers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const graph::Node& node = graph.nodes[i];
    const bool matrix = node.op == "MatMul";
    if (node.op != "Conv" && node.op != "Gemm" && !matrix) continue;
    const Tensor* weights = graph.constant(node.inputs[1]);
    if (!weights) continue;
    const Shape& out = graph.value(node.outputs[0]).desc.shape;
    Layer layer;
    layer.node = static_cast<int>(i);
    layer.name = node.name;
    layer.weights = node.inputs[1];
    layer.macs = out.elements() / out[matrix ? out.rank() - 1 : 1] * weights->elements();
    layer.linear = node.op == "Gemm";
    const bool first =
        std::find(graph.inputs.begin(), graph.inputs.end(), node.inputs[0]) != graph.inputs.end();
    if (first)
      layer.stays = "first";
    else if (node.attributes.integer("group", 1) != 1)
      layer.stays = "grouped";
    layers.push_back(std::move(layer));
  }
  if (!layers.empty()) layers.back().stays = "last";
  return layers;
}

}  // namespace rt3d::pruning
