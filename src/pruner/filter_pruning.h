// Whole filters, without labels and without training: what goes is really gone from the file that is written, with the channels of all
// layers that read it. By second order (pruning/second_order.h) a filter costs what its removal changes in the layers that read it when
// their other inputs make up for it, which they then do. By importance (pruning/channel_importance.h) or magnitude nothing is fitted.
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "pruner/filter_sets.h"
#include "pruner/input_moments.h"
#include "pruner/one_shot.h"

namespace rt3d::pruner {

class FilterPruning {
 public:
  // Of the request neither `groups` nor `rate` count. Throws what FilterSets throws. The network lives as long as this does.
  FilterPruning(Network& network, const OneShotRequest& request);

  // Each clip is the network's inputs; throws invalid_argument where there is none.
  void see(std::span<const std::vector<at::Tensor>> clips);
  // In rounds, each of which looks anew at what is left. Filters of the same layers go eight at a time, which suits vectors, but for the
  // last ones. No layer keeps less than a tenth of its filters. Throws invalid_argument for a rate out of reach, telling what is within it.
  void choose(double rate);
  // The file's constants without what was chosen, nothing fitted: as fast as what apply() makes.
  std::map<std::string, Tensor> cut_weights() const { return sets_.without(gone_); }
  // Changes the network: what goes is zero, the rest fitted, or scaled and shifted so that channels keep their means and deviations; statistics
  // are estimated anew. Then cut_weights() are the result. Once.
  void apply(std::span<const std::vector<at::Tensor>> clips);
  const OneShotReport& report() const { return report_; }
  const std::vector<bool>& gone() const { return gone_; }  // by FilterSet::id

 private:
  struct Layer {
    pruning::GroupGrid grid;  // its input channels
    InputMoments moments;
    bool constant = false;    // as PrunableConv has it
    Tensor weights;           // as they are in this round
    std::vector<float> bias;  // of it; empty: none of its own
    std::int64_t filters = 0, inputs = 0, kept_filters = 0, kept_inputs = 0;
    std::vector<bool> input_gone;
    double lost = 0;
  };
  // What a set costs a layer.
  struct Cost {
    std::size_t layer;
    double loss;
  };

  void start();
  double work() const;
  double work_of(std::size_t layer) const;
  std::vector<std::vector<double>> input_losses();
  std::vector<std::vector<double>> filter_scores();
  void weigh();
  double cost_of(const FilterSet& set) const;
  std::int64_t room(const FilterSet& set) const;
  void count(const FilterSet& set, std::int64_t sign);
  bool step(double wanted);
  void fit(const std::vector<std::size_t>& fresh);
  void write_report();
  void tell(const std::string& stage, std::size_t done, std::size_t all) const;

  Network& network_;
  const OneShotRequest& request_;
  ThreadPool pool_;
  FilterSets sets_;
  std::vector<Layer> layers_;
  std::vector<bool> gone_;                      // by set
  std::vector<std::vector<Cost>> costs_;        // by set, in this round
  std::vector<std::vector<std::size_t>> left_;  // by class: sets that are there, the cheapest first
  OneShotReport report_;
};

}  // namespace rt3d::pruner
