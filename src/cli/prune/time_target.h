// A time as what pruning shall reach: a choice is made, and corrected by what whole models take that have zeros in such places. How fast
// a model is depends on where its zeros are and not on its values, so nothing need be pruned for that.
#pragma once

#include <map>
#include <string>

#include "cli/prune/model_timer.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/time_correction.h"
#include "cli/prune/time_plan.h"
#include "graph/model.h"
#include "pruner/filter_pruning.h"
#include "pruner/one_shot.h"

namespace rt3d::cli {

inline constexpr double kTimeWithin = 0.05;  // of the target

class TimeTarget {
 public:
  using Progress = StageProgress;

  // Measures the dense model. Throws UsageError for a time that is no less.
  TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes, const PruneTarget& target,
             const SessionOptions& options);

  // Measures the layers. Throws UsageError for a time that cannot be reached.
  TimePlan plan(const pruner::OneShot& one_shot, const Progress& progress);
  // Makes the choice, of groups whose order is known, by the plan, or of filters whose inputs were seen.
  std::vector<pruner::LayerChoice> choose(pruner::OneShot& one_shot, TimePlan& plan,
                                          const Progress& progress);
  double choose(pruner::FilterPruning& filters, const Progress& progress);  // gives the rate

  // Of the dense model and the one that was written, by turns.
  Times measure_written(const std::string& path);
  double goal_ns(double dense_ns) const;

 private:
  Comparison measure(const std::map<std::string, Tensor>& constants, graph::Shapes shapes,
                     std::int64_t tune_ms, Care care);
  // By how much a model with these constants takes longer than it may, as a factor.
  double excess(const std::map<std::string, Tensor>& constants, graph::Shapes shapes);

  std::string model_;
  PruneTarget target_;
  ModelTimer timer_;
  double dense_ns_;
};

}  // namespace rt3d::cli
