// Which scheme each layer gets, and how much of it stays, for a model to take a given time.
#pragma once

#include <string>
#include <vector>

#include "cli/prune/layer_times.h"
#include "pruner/one_shot.h"

namespace rt3d::cli {

class TimePlan {
 public:
  // `times` of the survey's convolutions.
  TimePlan(const pruner::LayerSurvey& survey, const std::vector<pruning::GroupSpec>& schemes,
           const ModelTimes& times);

  double dense_ns() const { return dense_ns_; }
  double fastest_ns() const;  // with all that may go
  // Losses of the choices; before choose().
  void weigh(const pruner::OneShot& one_shot);
  // The choice that loses least and by the measured times takes at most `ns`; the fastest where none is as fast.
  std::vector<pruner::LayerChoice> choose_near(double ns) const;
  double ns(const std::vector<pruner::LayerChoice>& choices) const;
  // Of each layer: what it takes, what it gets, what it then takes and loses.
  std::string table(const std::vector<pruner::LayerChoice>& choices) const;
  // Throws UsageError for a time that is out of reach.
  void require_reachable(double ns) const;
  // The shares that layers are offered: those that were measured, and one between each two.
  static std::vector<double> shares();

 private:
  struct Option {
    pruner::LayerChoice choice;
    pruning::TimedOption timed;
  };
  const Option& option(std::size_t conv, const pruner::LayerChoice& choice) const;

  std::vector<std::string> names_, schemes_;  // of the convolutions, of the schemes
  std::vector<std::vector<Option>> options_;  // by convolution, dense first
  double dense_ns_, rest_ns_;                 // rest: of what is no choice
};

}  // namespace rt3d::cli
