// Which Winograd tile suits a convolution, when its weights are to be pruned in the transform domain.
#pragma once

#include <array>
#include <optional>

#include "base/winograd_tile.h"
#include "graph/graph.h"

namespace rt3d::pruning {

struct LayerTile {
  WinogradTile tile;
  std::array<std::int64_t, 3> strides{1, 1, 1};
  Shape weights = {};  // transformed
};

// The tile that multiplies least for this layer's output; nothing for what is no convolution of stride 1 with a transform.
std::optional<LayerTile> best_tile(const graph::Graph& graph, const graph::Node& node);

}  // namespace rt3d::pruning
