// What each layer of a model takes on this machine, dense and pruned by some schemes.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "cli/prune/model_timer.h"
#include "pruning/time_budget.h"

namespace rt3d::cli {

struct LayerTimes {
  double dense_ns = 0;                     // 0: the layer is no step of its own, or was not asked for
  std::vector<pruning::TimeCurve> curves;  // by scheme
};

struct ModelTimes {
  double dense_ns = 0;  // of the whole model, of which the layers' times are parts
  std::vector<LayerTimes> layers;
};

// The shares of each layer that are measured, in this order: so that tuning finds something near of each but the first.
inline constexpr double kMeasuredShares[] = {0.35, 0.2, 0.1, 0.6};

// Measures a pruned model beside the dense one, given how long tuning may take.
using Measure = std::function<Comparison(std::size_t scheme, double kept, std::int64_t tune_ms)>;

// Layers by name. For each scheme and share the whole model is measured with so much of every layer, beside the dense one and by turns
// with it, so that all layers are seen where they run. What tuning takes in all is bounded; what the database knows is not tuned again.
// `progress`: measured, of how many.
ModelTimes measure_layers(const std::vector<std::string>& layers, std::size_t schemes, const Measure& measure,
                          const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace rt3d::cli
