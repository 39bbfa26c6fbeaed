// What commands ask a model's graph, in the words of the library's handles.
#pragma once

#include <functional>
#include <vector>

#include "cli/parts/handles.h"
#include "graph/graph.h"

namespace rt3d::cli {

std::vector<TensorInfo> graph_inputs(const graph::Graph& model);

// A property of the model, nullptr when it has none of that name.
using Metadata = std::function<const char*(const char* key)>;
Metadata metadata_of(const graph::Graph& model);  // which lives as long

}  // namespace rt3d::cli
