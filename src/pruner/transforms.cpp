#include "pruner/transforms.h"

#include "graph/transformed_weights.h"
#include "kernels/winograd_weights.h"
#include "pruning/transform_tile.h"

namespace rt3d::pruner {

graph::Graph with_transforms(const graph::Graph& model, const std::map<std::string, Shape>& shapes,
                             const std::vector<std::string>& keep_dense,
                             const std::function<bool(const PrunableLayer&)>& wanted) {
  graph::Graph result = model;
  Network network(model, shapes);  // with all shapes
  const graph::Graph::Uses uses = result.uses();
  for (const PrunableLayer& layer : prunable_layers(network, keep_dense)) {
    if (!layer.dense.empty() || layer.transformed || !wanted(layer)) continue;
    const auto tile =
        pruning::best_tile(network.graph(), network.graph().nodes[static_cast<std::size_t>(layer.node)]);
    const graph::ValueId id = layer.weights;
    const Tensor* weights = result.constant(id);
    if (!tile || !weights || uses.consumers[static_cast<std::size_t>(id)].size() != 1) continue;
    const auto reader = static_cast<std::size_t>(uses.consumers[static_cast<std::size_t>(id)][0]);
    if (result.nodes[reader].op != "Conv") continue;  // a copy is what is read
    const std::string name = result.unique_name(result.value(id).name + ".winograd");
    graph::attach_transformed_weights(
        result, id, {name, tile->tile, kernels::winograd_weights(*weights, tile->tile, tile->strides)});
  }
  return result;
}

}  // namespace rt3d::pruner
