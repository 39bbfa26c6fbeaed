// What each layer of a network becomes for the whole to take a given time: one choice for each layer, of the scheme and of how much stays,
// so that the sum of what is lost is least. (A multiple-choice knapsack problem; pruning for a speed target by dynamic programming:
// SPDY, Frantar and Alistarh, 2022.)
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rt3d::pruning {

struct TimedOption {
  double ns = 0;    // that the layer takes
  double loss = 0;  // in a measure that all layers share
};

// One option of each layer, by number, whose times add up to at most `ns` and whose losses are least, up to 1/10000 of the time. Of equals
// the first. Empty where even the fastest of each layer take longer.
std::vector<std::size_t> choose_options(std::span<const std::vector<TimedOption>> layers, double ns);

// What a layer takes at shares of its weights between those that were measured. Less never takes longer: where a measurement says so, the
// machine was disturbed, or the runtime would take the denser code.
class TimeCurve {
 public:
  struct Point {
    double kept = 1, ns = 0;
  };
  explicit TimeCurve(std::vector<Point> points);  // at least one, of different shares; throws internal

  void scale(double factor);     // all times
  double ns(double kept) const;  // beyond the ends: as at the ends

 private:
  std::vector<Point> points_;  // by share
};

}  // namespace rt3d::pruning
