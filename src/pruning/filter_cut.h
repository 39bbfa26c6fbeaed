// What goes with a filter that is removed: the channels it makes, followed through the graph.
#pragma once

#include <optional>
#include <vector>

#include "graph/graph.h"

namespace rt3d::pruning {

// Channel c of a producer is, at each of these places, the values from (first + c) · span on.
struct ChannelPlace {
  int node = 0;  // index into the graph's nodes: a normalisation on the way, or a reader at the end
  std::int64_t first = 0;
  std::int64_t span = 1;  // above 1 once a tensor was flattened
};

struct FilterCut {
  std::vector<ChannelPlace> norms;    // BatchNormalizations that see the channel
  std::vector<ChannelPlace> readers;  // convolutions without groups and linear layers that read it
};

// Where the output channels of a node end up; nothing when a removed channel would not just vanish: where an
// addition or an operation that moves zero sees it, or the graph gives it out.
std::optional<FilterCut> follow_channels(const graph::Graph& graph, int node);

}  // namespace rt3d::pruning
