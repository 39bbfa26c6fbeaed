// Which channels need not exist: those that nobody reads, because every consumer's weights for them are zero, and those whose
// number is known and can stand in the consumers' biases instead.
#pragma once

#include <vector>

#include "graph/passes/channel_sets.h"

namespace rt3d::graph {

// By set: whether its channels can vanish, all together. `known` is from known_channels(). Every value keeps at
// least one channel. Layers with zeros beside those of whole filters and channels keep the groups that these may form: there,
// channels vanish in whole aligned blocks only.
std::vector<bool> removable_channels(const Graph& graph, const ChannelSets& sets,
                                     const std::vector<std::vector<double>>& known);

// Whether some filter, or what reads some input channel, holds nothing but zeros: without, there is nothing to remove.
bool any_zero_channel(const Graph& graph);

}  // namespace rt3d::graph
