// Runs a model whatever it is, as far as that is little work.
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace rt3d::fuzz {

// Creates a session (no tuning, no database, limited memory; device, instruction set and accuracy by `choice`), gives it seeded
// inputs and runs it once when that is little work.
void run_model(const graph::Graph& model, std::uint64_t choice);

}  // namespace rt3d::fuzz
