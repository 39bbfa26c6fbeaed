// What session creation did about schedules, for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/parts/handles.h"

namespace rt3d::cli {

// "nothing to measure: all 12 problems remembered" or "3 of 12 problems in 1.20 s (41 candidates), 9
// remembered".
std::string tuning_text(const rt3d_session_stats& stats);
nlohmann::json tuning_json(const rt3d_session_stats& stats);

}  // namespace rt3d::cli
