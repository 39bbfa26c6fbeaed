// Weights in Winograd's transform domain that a model carries beside the spatial ones (docs/transform-domain.md). In a file: a
// metadata property that names initializers which no node reads. In a graph: an attachment to the constant that a Conv reads as
// its weights; a pass that replaces that constant loses the attachment, which is safe. After `optimize`: input 4 of the Conv.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace rt3d::graph {

// One line for each Conv's weights: "<weights><tab><transformed weights><tab><tile>".
inline constexpr char kWinogradMetadata[] = "rt3d.winograd";

// Attaches what the metadata property says, and removes the property. A line that does not fit the graph is ignored with a
// warning that names it: the model then computes with its spatial weights.
void attach_transformed_weights(Graph& graph);

// One line of the property, with its end.
std::string transformed_weights_line(const std::string& weights, const TransformedWeights& transformed);

// The property's text for all attachments of constants that nodes read.
std::string transformed_weights_text(const Graph& graph);

// Attaches `values` under this name to the weights `weights`, which every reader must be a Conv with a transform of this tile
// for. Throws invalid_argument where it does not fit.
void attach_transformed_weights(Graph& graph, ValueId weights, TransformedWeights values);

void drop_transformed_weights(Graph& graph);

// Of a Conv: depth, height, width; 1 where it has no such axis.
std::array<std::int64_t, 3> conv_strides(const Node& conv);

// Which input of a Conv its transformed weights become, and the attribute that has the tile.
inline constexpr std::size_t kTransformedInput = 4;
inline constexpr char kTileAttribute[] = "winograd";

// Every attachment becomes input 4 of the Convs that read the weights, with the tile as attribute `winograd`.
void use_transformed_weights(Graph& graph);

// The names of all attachments that some node's weights have.
std::vector<std::string> transformed_weights_names(const Graph& graph);

}  // namespace rt3d::graph
