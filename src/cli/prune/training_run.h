// A training or a pruning with labelled videos, from the command's options to the written model; and the same taken up again.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/prune/data_options.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/training_options.h"
#include "pruner/runs/run.h"

namespace rt3d::cli {

struct TrainingRequest {
  std::string model, output;
  DataOptions data;
  TrainingOptions training;
  int threads = 0;
  pruner::RunPlan plan;
  // Where this is a time the layers are planned by it when the run begins, of these schemes; then they are the recipe's.
  PruneTarget time;
  std::vector<pruning::GroupSpec> schemes;
  std::map<std::string, std::string> metadata;  // of the written model, beside the file's own
  bool as_json = false, quiet = false;
};

// Begins in a new folder, whose recipe.json holds `recipe`.
void begin_run(const TrainingRequest& request, nlohmann::json recipe);
// Goes on in the folder where that run was; begins there, when it had not come to its first checkpoint.
void resume_run(const TrainingRequest& request, const nlohmann::json& recipe);

}  // namespace rt3d::cli
