// What a node becomes in a plan: a kernel, or only another way to see memory.
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace rt3d::runtime {

enum class Treatment {
  kernel,   // a step
  reshape,  // a view of a planar tensor
  slice,    // of channels: a view at a channel offset
  concat,   // of channels: inputs are written where they belong, or copied there
};

Treatment treatment_of(const graph::Graph& graph, const graph::Node& node);

// The first channel of a node treated as a slice.
std::int64_t first_channel(const graph::Graph& graph, const graph::Node& node);

}  // namespace rt3d::runtime
