// A target in time for a pruning with labelled videos: what goes is decided before anything is trained, and becomes part of the run's
// recipe, so that a resumed run measures nothing anew.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/shape.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/training_run.h"

namespace rt3d::cli {

struct TimedPlan {
  std::vector<pruner::LayerPlan> layers;  // of groups: what each layer loses
  double rate = 1;                        // of filters: so many times fewer multiply-adds
  std::string table;                      // what that takes, dense and then
};

// By the order in which the request's method would cut, seen on these clips. Throws UsageError for a time that is no less than the dense
// model's, or out of reach.
TimedPlan plan_by_time(const TrainingRequest& request, pruner::Network& network,
                       const std::map<std::string, Shape>& shapes,
                       const std::vector<std::vector<at::Tensor>>& clips);

// Into what a run does, and into its recipe: `layer` or `target`; what was asked for is then called `planned_for`.
void enter(const TimedPlan& planned, pruner::RunPlan& plan, nlohmann::json& recipe);

}  // namespace rt3d::cli
