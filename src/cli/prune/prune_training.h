// rt3d-prune MODEL --data: the options of pruning with labelled videos, and the run that they ask for.
#pragma once

#include <string>
#include <vector>

#include "cli/prune/prune_goal.h"
#include "cli/prune/training_run.h"

namespace rt3d::cli {

struct PruneTrainingOptions {
  std::string recipe, resume;
  DataOptions data;
  TrainingOptions training;
  std::vector<std::string> layers;  // "conv2=0.6", "conv3=0.8,vanilla:8x4"
};

void add_prune_training_options(CLI::App& app, PruneTrainingOptions& options);

// Throws UsageError where an option for labelled videos was given, which the other way of pruning would not heed.
void refuse_training_options(const CLI::App& app);

// Throws UsageError for what is not understood, or not supported with training.
TrainingRequest prune_request(const PruneGoal& goal, const PruneTrainingOptions& options);

}  // namespace rt3d::cli
