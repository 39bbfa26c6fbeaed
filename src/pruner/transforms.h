// Before pruning in Winograd's transform domain: a model whose convolutions have their weights there, too.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "pruner/prunable_layers.h"

namespace rt3d::pruner {

// The model with weights in the transform domain beside the spatial ones, which they are equal to (u = G w), of all convolutions that may be
// pruned, are wanted, and have a tile (pruning/transform_tile.h: the one that multiplies least). What has some already keeps them. `keep_dense`
// and what is thrown: prunable_layers.h.
graph::Graph with_transforms(const graph::Graph& model, const std::map<std::string, Shape>& shapes,
                             const std::vector<std::string>& keep_dense,
                             const std::function<bool(const PrunableLayer&)>& wanted);

}  // namespace rt3d::pruner
