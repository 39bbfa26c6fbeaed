// Pruning without labels and without training: from a few clips, layer by layer, with what stays fitted to make up for what goes
// (pruning/second_order.h). Statistics of BatchNormalization are estimated anew at the end. The criteria that fit nothing go the same way.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "pruner/layer_survey.h"
#include "pruner/network.h"
#include "pruner/scheme_order.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

struct OneShotRequest {
  pruning::GroupSpec groups;  // not filters
  double rate = 2;            // multiply-adds of the whole model before ÷ after
  Criterion criterion = Criterion::second_order;
  std::vector<std::string> keep_dense;  // layer_survey.h
  int threads = 1;
  // What is done, how much of it, of how much.
  std::function<void(const std::string& stage, std::size_t done, std::size_t all)> progress;
};

struct OneShotReport {
  std::vector<LayerOutcome> layers;  // that multiply by weights, in the graph's order
  std::int64_t macs = 0, kept_macs = 0;
  std::vector<std::int64_t>
      classes_before;  // of the clips, by the dense network: where its first output is largest
  double rate() const { return static_cast<double>(macs) / static_cast<double>(kept_macs); }
};

// What one convolution becomes: groups of one of the schemes go until this share of its multiply-adds stays.
struct LayerChoice {
  std::size_t scheme = 0;
  double kept = 1;
};

// The steps by themselves, for whoever chooses otherwise than by multiply-adds: see(), order(), one of the two choose(), then apply().
class OneShot {
 public:
  // Of the request neither `groups` nor `rate` count. Throws what survey_layers throws, and invalid_argument for filters. The network
  // lives as long as this does.
  OneShot(Network& network, std::vector<pruning::GroupSpec> schemes, const OneShotRequest& request);

  const LayerSurvey& survey() const { return survey_; }
  const std::vector<pruning::GroupSpec>& schemes() const { return schemes_; }

  // Each clip is the network's inputs; throws invalid_argument where there is none.
  void see(std::span<const std::vector<at::Tensor>> clips);
  // In which order groups of each layer would go, by every scheme.
  void order();
  // What such a choice loses of a convolution (a number of the survey's), as a share.
  double loss(std::size_t conv, const LayerChoice& choice) const;

  // By multiply-adds, with the first scheme. Throws invalid_argument for a rate out of reach, telling what is within it.
  void choose(double rate);
  // One choice for each convolution of the survey.
  void choose(std::span<const LayerChoice> choices);

  // The weights with zeros where groups go and nothing fitted, by name, for whoever wants to measure how fast that is.
  std::map<std::string, Tensor> masked_weights() const;
  // The same with random groups of a scheme gone from all layers, until this share of each stays: before their order is known.
  std::map<std::string, Tensor> random_weights(std::size_t scheme, double kept) const;
  // Changes the network's weights, biases and statistics. Once.
  void apply(std::span<const std::vector<at::Tensor>> clips);
  const OneShotReport& report() const { return report_; }

 private:
  struct Seen {  // what a convolution reads
    std::size_t conv;
    std::shared_ptr<InputMoments> moments;
  };
  struct Chosen {
    std::size_t scheme = 0;
    std::vector<std::size_t> counts;  // by trace
  };

  SchemeOrder& order_of(std::size_t conv, std::size_t scheme) {
    return orders_[conv * schemes_.size() + scheme];
  }
  const SchemeOrder& order_of(std::size_t conv, std::size_t scheme) const {
    return orders_[conv * schemes_.size() + scheme];
  }
  LayerOutcome& outcome(std::size_t conv) { return report_.layers[survey_.convs[conv].row]; }
  double macs(std::size_t conv) const {
    return static_cast<double>(survey_.rows[survey_.convs[conv].row].macs);
  }
  // The sums of another scheme's of the layer, or new ones.
  std::shared_ptr<InputMoments> moments_for(const SchemeOrder& order);
  Chosen cut(std::size_t conv, const LayerChoice& choice) const;
  double lost(std::size_t conv, const Chosen& chosen) const;
  void take(std::size_t conv, Chosen chosen);
  Tensor without(std::size_t conv, const SchemeOrder& order, std::span<const std::int64_t> groups) const;
  Tensor masked(std::size_t conv) const;
  void fit(std::size_t conv, Tensor& weights);
  void tell(const std::string& stage, std::size_t done, std::size_t all) const;

  Network& network_;
  const OneShotRequest& request_;
  std::vector<pruning::GroupSpec> schemes_;
  ThreadPool pool_;
  LayerSurvey survey_;
  OneShotReport report_;
  std::vector<Tensor> originals_;    // weights, by convolution
  std::vector<SchemeOrder> orders_;  // by convolution, then scheme
  std::vector<Seen> seen_;
  std::vector<Chosen> chosen_;  // by convolution
};

// All of it. Changes the network's weights, biases and statistics; pruned groups are zero. Each clip is the network's inputs. Throws
// invalid_argument for a rate out of reach (telling what is within it), filters, unknown names in keep_dense, no clips, and a model
// without a convolution that may be pruned.
OneShotReport prune_one_shot(Network& network, std::span<const std::vector<at::Tensor>> clips,
                             const OneShotRequest& request);

}  // namespace rt3d::pruner
