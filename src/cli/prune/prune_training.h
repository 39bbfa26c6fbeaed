// rt3d-prune MODEL --data: the options of pruning with labelled videos, and the run that they ask for.
#pragma once

#include <string>

#include "cli/prune/training_run.h"

namespace rt3d::cli {

struct PruneTrainingOptions {
  std::string recipe, resume;
  DataOptions data;
  TrainingOptions training;
};

void add_prune_training_options(CLI::App& app, PruneTrainingOptions& options);

// Throws UsageError where an option for labelled videos was given, which the other way of pruning would not heed.
void refuse_training_options(const CLI::App& app);

// By its name on the command line; throws UsageError for others.
pruner::Method method_of(const std::string& name);

}  // namespace rt3d::cli
