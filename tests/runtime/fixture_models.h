// The models of tests/fixtures as PyTorch exports them, and inputs for them.
#pragma once

#include <filesystem>
#include <vector>

#include "graph/graph.h"
#include "runtime/session.h"

namespace rt3d::tests {

// Their folders, sorted; fails the case when they are fewer than there were.
std::vector<std::filesystem::path> fixture_models();

// In the normal form, with two wherever an input's dimension is not known.
graph::Graph optimized_model(const std::filesystem::path& folder);

std::vector<Tensor> uniform_inputs(const graph::Graph& graph);

// Runs the folder's inputs through a session of its model, without tuning: the largest difference from the folder's outputs, relative to
// each output's largest value. `steps` gets the session's.
double worst_error(const std::filesystem::path& folder, const graph::Graph& model,
                   runtime::SessionOptions options, std::vector<runtime::StepReport>* steps = nullptr);

}  // namespace rt3d::tests
