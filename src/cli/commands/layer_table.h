// Layers with weights, as rt3d info shows them: what pruning left of each, and whether sparse code makes use of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/parts/handles.h"

namespace rt3d::cli {

// Of convolutions and matrix products: all of them, or those only that lost channels or whose zeros say something; "" when none is left.
std::string layer_table(const std::vector<Step>& steps, bool all);
nlohmann::json layers_json(const std::vector<Step>& steps);

// "38.55 G before pruning, 10.80 G after: 3.57 x"; "" for a model that nothing was pruned from.
std::string pruning_text(const rt3d_session_stats& stats);

}  // namespace rt3d::cli
