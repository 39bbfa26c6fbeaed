#include "pruning/transform_tile.h"

#include <algorithm>

namespace rt3d::pruning {

std::optional<LayerTile> best_tile(const graph::Graph& graph, const graph::Node& node) {
  if (node.op != "Conv" || node.attributes.integer("group", 1) != 1) return std::nullopt;
  const auto strides = node.attributes.integers("strides", {});
  const auto dilations = node.attributes.integers("dilations", {});
  const auto is_one = [](std::int64_t value) { return value == 1; };
  if (!std::all_of(strides.begin(), strides.end(), is_one) ||
      !std::all_of(dilations.begin(), dilations.end(), is_one))
    return std::nullopt;
  const Shape& out = graph.value(node.outputs[0]).desc.shape;
  const Shape& weights = graph.value(node.inputs[1]).desc.shape;
  const auto tiles = [](std::int64_t size, int step) { return (size + step - 1) / step; };
  std::optional<LayerTile> best;
  std::int64_t least = 0;
  for (const WinogradTile& tile : winograd_tiles()) {
    LayerTile candidate{.tile = tile};
    const auto shape = winograd_weight_shape(weights, tile, candidate.strides);
    if (!shape) continue;
    candidate.weights = *shape;
    const int rank = out.rank();
    std::int64_t products =
        shape->elements(2, shape->rank()) * tiles(out[rank - 1], tile.s) * tiles(out[rank - 2], tile.s);
    if (rank == 5) products *= tiles(out[2], tile.t);
    if (best && products >= least) continue;
    best = candidate;
    least = products;
  }
  return best;
}

}  // namespace rt3d::pruning
