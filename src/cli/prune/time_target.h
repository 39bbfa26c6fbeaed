// A time as what pruning shall reach: layers are measured, a choice is made by what they take, and corrected by what whole models take
// that have zeros in such places. How fast a model is depends on where its zeros are and not on its values, so nothing need be pruned for that.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "cli/prune/model_timer.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/time_plan.h"
#include "pruner/one_shot.h"

namespace rt3d::cli {

inline constexpr double kTimeWithin = 0.05;  // of the target

class TimeTarget {
 public:
  using Progress = std::function<void(const std::string& stage, std::size_t done, std::size_t all)>;

  // Measures the dense model and its layers. Throws UsageError for a time that cannot be reached.
  TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes, const PruneTarget& target,
             const SessionOptions& options, const pruner::OneShot& one_shot, const Progress& progress);

  // Makes the choice; `one_shot` has its orders. Gives the table of what each layer takes and becomes.
  std::string choose(pruner::OneShot& one_shot, const Progress& progress);

  // Of the dense model and the one that was written, by turns.
  ModelTimer::Times measure_written(const std::string& path) { return timer_.compare(path); }
  double goal_ns(double dense_ns) const;

 private:
  std::string model_;
  PruneTarget target_;
  ModelTimer timer_;
  std::optional<TimePlan> plan_;
};

}  // namespace rt3d::cli
