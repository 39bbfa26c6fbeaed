// What rt3d-prune says at the end.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "cli/prune/model_timer.h"
#include "pruner/one_shot.h"

namespace rt3d::cli {

struct PruneResult {
  std::string model, output, scheme, method;  // as given
  pruner::OneShotReport report;
  std::size_t clips = 0, unreadable = 0;
  std::size_t same_class = 0;  // clips of which the pruned model says what the dense one said
  // Of a target in time: what whole runs take, and what was asked for.
  std::optional<Times> times;
  double goal_ns = 0;
};

nlohmann::json json_of(const PruneResult& result);
void print(const PruneResult& result);

// The warning of a time that was missed; "" where it was not.
std::string missed_time(const PruneResult& result);

}  // namespace rt3d::cli
