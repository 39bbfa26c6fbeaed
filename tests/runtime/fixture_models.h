// The models of tests/fixtures as PyTorch exports them, and inputs for them.
#pragma once

#include <filesystem>
#include <vector>

#include "graph/graph.h"

namespace rt3d::tests {

// Their folders, sorted; fails the case when they are fewer than there were.
std::vector<std::filesystem::path> fixture_models();

// In the normal form, with two wherever an input's dimension is not known.
graph::Graph optimized_model(const std::filesystem::path& folder);

std::vector<Tensor> uniform_inputs(const graph::Graph& graph);

}  // namespace rt3d::tests
