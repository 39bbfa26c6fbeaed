// Channels whose value is known before anything runs: what a filter of zeros computes is its bias behind its activation, everywhere.
#pragma once

#include <vector>

#include "graph/model.h"
#include "graph/passes/channel_sets.h"

namespace rt3d::graph {

// By value and channel: the number that stands at every position, or NaN where none is known. A weight of
// zero is taken to give zero, whatever it is multiplied with.
std::vector<std::vector<double>> known_channels(const Graph& graph, const ChannelSets& sets,
                                                const Evaluator& evaluate);

bool has_pads(const Node& node);

}  // namespace rt3d::graph
