// A target in time for a pruning with labelled videos: what each layer loses is decided before anything is trained.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/shape.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/training_run.h"

namespace rt3d::cli {

struct PlannedLayers {
  std::vector<pruner::LayerPlan> layers;
  std::string table;  // what they take, dense and then
};

// By the order in which the request's method would cut, seen on these clips. Throws UsageError for a time that is no less than the dense
// model's, or out of reach.
PlannedLayers plan_layers(const TrainingRequest& request, pruner::Network& network,
                          const std::map<std::string, Shape>& shapes,
                          const std::vector<std::vector<at::Tensor>>& clips);

// As --layer takes it: "conv2=0.65,kgs:8x4".
std::string layer_text(const pruner::LayerPlan& layer);

}  // namespace rt3d::cli
