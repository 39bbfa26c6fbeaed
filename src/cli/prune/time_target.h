// A time as what pruning shall reach: a choice is made, and corrected by what whole models take that have zeros in such places. How fast
// a model is depends on where its zeros are and not on its values, so nothing need be pruned for that.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "cli/prune/model_timer.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/time_plan.h"
#include "graph/model.h"
#include "pruner/filter_pruning.h"
#include "pruner/one_shot.h"

namespace rt3d::cli {

inline constexpr double kTimeWithin = 0.05;  // of the target

class TimeTarget {
 public:
  using Progress = std::function<void(const std::string& stage, std::size_t done, std::size_t all)>;

  // Measures the dense model. Throws UsageError for a time that is no less.
  TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes, const PruneTarget& target,
             const SessionOptions& options);

  // Measures the layers. Throws UsageError for a time that cannot be reached.
  TimePlan plan(const pruner::OneShot& one_shot, const Progress& progress) const;
  // Makes the choice, of groups whose order is known, by the plan, or of filters whose inputs were seen.
  std::string choose(pruner::OneShot& one_shot, TimePlan& plan,
                     const Progress& progress);  // gives the plan's table
  void choose(pruner::FilterPruning& filters, const Progress& progress);

  // Of the dense model and the one that was written, by turns.
  ModelTimer::Times measure_written(const std::string& path) { return timer_.compare(path); }
  double goal_ns(double dense_ns) const;

 private:
  // Measures a model with these constants; gives by how much it takes longer than it may, as a factor.
  double excess(const std::map<std::string, Tensor>& constants, graph::Shapes shapes);

  std::string model_;
  PruneTarget target_;
  SessionOptions options_;
  ModelTimer timer_;
  double dense_ns_;
};

}  // namespace rt3d::cli
