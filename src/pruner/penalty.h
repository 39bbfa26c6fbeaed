// The regularizers of RT3D (Niu et al., AAAI 2021, section 4): a loss that grows with the norms of groups of weights, so that whole groups
// become zero while a network is trained.
//
//   group lasso (equation 2)            loss + λ Σ_l f_l Σ_g ‖W_lg‖
//   reweighted regularization (3, 4)    loss + λ Σ_l f_l Σ_g P_lg ‖W_lg‖,   P_lg = 1 / (‖W_lg‖² + ε), renewed from time to time
//
// f_l are a layer's multiply-adds for each of its weights, so that what counts are the multiply-adds of the whole (section 4, last
// paragraph). Three things are as later experience has them:
// - Norms are roots of mean squares, and a group counts by the number of its weights, so that small groups at edges are neither favoured
//   nor punished.
// - λ is relative to the root mean square of a layer's weights at the beginning, and P to its mean over the layer, within kLeast and kMost:
//   1/(‖W‖² + ε) by itself depends on how a layer was initialised and normalised.
// - The penalty is no part of the gradient: after each step of gradient descent groups shrink by its proximal operator (Parikh and Boyd,
//   Proximal Algorithms, 2014, section 6.5.1), which makes exact zeros where a subgradient only comes near to them.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "pruner/network.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

// By group, [groups of output channels, groups of input channels, positions] (positions: 1 where a group has all of them): the root of the
// mean square of the weights that there are. `weights`: [oc, ic, kernel…] or [oc, ic].
at::Tensor group_norms(const at::Tensor& weights, const pruning::GroupSpec& groups);
// The number of weights of each group, in the same shape.
at::Tensor group_sizes(const at::Tensor& weights, const pruning::GroupSpec& groups);
// One number a group, as one for each weight.
at::Tensor spread(const at::Tensor& by_group, const at::Tensor& weights, const pruning::GroupSpec& groups);

struct PenalizedLayer {
  graph::ValueId weights = graph::kNoValue;
  pruning::GroupSpec groups;
  double macs = 0;  // of the layer
  double most =
      1;  // share of its weights that may become empty: the largest groups, which make up the rest, do not shrink
};

class Penalty {
 public:
  static constexpr double kEpsilon = 1e-6;  // of a layer's mean square
  static constexpr double kLeast = 0.05, kMost = 20;

  // Every P is 1: group lasso, until reweight() is called. `network` lives as long as the penalty.
  Penalty(Network& network, std::vector<PenalizedLayer> layers, double strength);

  double strength() const { return strength_; }
  void set_strength(double strength) { strength_ = strength; }
  // P by the weights as they are now.
  void reweight();

  // What is added to the loss.
  double value() const;
  // A subgradient of it by one layer's weights: zero where a group is zero.
  at::Tensor subgradient(std::size_t layer) const;
  // The proximal step of that length: W_g becomes max(0, 1 - rate λ f_l P_g s_l / rms(W_g)) W_g. Groups that `most` spares stay as they
  // are: a layer that is wholly empty lets nothing pass, and no gradient brings it back; and small layers with many multiply-adds
  // are pressed hardest, and empty first.
  void shrink(double rate);

  const std::vector<PenalizedLayer>& layers() const { return layers_; }
  // By layer: P. Part of a training's state.
  std::vector<at::Tensor>& factors() { return factors_; }
  const std::vector<at::Tensor>& factors() const { return factors_; }
  // At which rate times strength, summed over steps, groups of so many multiply-adds (`macs`) would be zero if nothing held them, those that
  // are included; of a layer no more than its `most` counts. Above 0, so that it can grow.
  double needed(double macs) const;

  // The groups that are zero, by their multiply-adds: 0 to 1.
  double zero_share() const;
  std::int64_t zero_groups() const;
  std::int64_t all_groups() const;

 private:
  const at::Tensor& weights(std::size_t layer) const;
  double scale(std::size_t layer) const;  // λ f_l s_l
  at::Tensor spared(std::size_t layer, const at::Tensor& norms) const;

  Network& network_;
  std::vector<PenalizedLayer> layers_;
  double strength_;
  std::vector<double> work_;         // f_l, of mean 1 over all weights
  std::vector<double> magnitude_;    // s_l
  std::vector<at::Tensor> factors_;  // P
};

}  // namespace rt3d::pruner
