// What each layer of a model takes on this machine, dense and pruned by some schemes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/parts/session_options.h"
#include "cli/prune/model_timer.h"
#include "pruning/group_grid.h"
#include "pruning/time_budget.h"

namespace rt3d::cli {

struct LayerTimes {
  double dense_ns = 0;  // in the whole model; 0: the layer is no step of its own there, or was not asked for
  std::vector<pruning::TimeCurve> curves;  // by scheme, in the whole model
};

// Layers by name, in the order of `layers`. Each distinct layer is measured by itself, dense and with random groups of each scheme at a few
// kept shares, with the fastest code that tuning finds; what the database knows is not tuned again. The ratios are then applied to
// what the layer takes in the whole model. `progress`: measured, of how many.
std::vector<LayerTimes> measure_layers(const std::vector<StepTime>& steps,
                                       const std::vector<std::string>& layers,
                                       const std::vector<pruning::GroupSpec>& schemes, SessionOptions options,
                                       const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace rt3d::cli
