// What less memory for packed weights would cost in time.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/parts/session_options.h"

namespace rt3d::cli {

struct WeightLimit {
  std::int64_t weight_bytes;  // packed, and used from the model
  double times;               // the predicted time of a run, of that of the session at hand
};

// Of a session of the model with these options and statistics, which computes on the CPU: plans with less and less memory for weights, as
// far as there are some. By what the database has by now of the layers, and estimates of all else; nothing is measured and no weights are
// packed. Empty where weights take little, or a limit was given.
std::vector<WeightLimit> lower_weight_limits(rt3d_model* model, const SessionOptions& options,
                                             const std::vector<TensorInfo>& shapes,
                                             const rt3d_session_stats& stats);

// "561.1 MiB of weights would do for 1.03 x the time, …"; "" for none.
std::string weight_limits_text(const std::vector<WeightLimit>& limits);
nlohmann::json weight_limits_json(const std::vector<WeightLimit>& limits);

}  // namespace rt3d::cli
