// Means and deviations of what convolutions compute, kept through a cut. Exporters fold BatchNormalization into convolutions by default, so that
// nothing in the network takes up what pruning shifts: after a few layers every ReLU may be shut, and no gradient opens it again.
// Where a normalisation follows, its statistics are estimated anew instead (batch_statistics.h).
#pragma once

#include <ATen/ATen.h>

#include <map>
#include <span>
#include <vector>

#include "pruner/layer_survey.h"
#include "pruner/network.h"

namespace rt3d::pruner {

class OutputStatistics {
 public:
  // As the network computes now: of the convolutions that may be pruned and have a bias of their own. Of the clips some are looked at, evenly
  // spread.
  OutputStatistics(Network& network, const LayerSurvey& survey,
                   std::span<const std::vector<at::Tensor>> clips);

  // Scales weights and shifts biases so that each output channel has its mean and deviation again (as REPAIR does, Jordan et al., 2022), each
  // layer with those before it restored already. The same network and clips. Weights of zero stay zero; channels that have none left get
  // their mean as a constant, or, where their filters are to go from the file (Emptied::go), nothing.
  enum class Emptied { keep_mean, go };
  void restore(Emptied emptied);

 private:
  struct Channels {
    at::Tensor mean, deviation;
  };
  void run(const Adjust& adjust);

  Network& network_;
  std::map<const graph::Node*, const PrunableConv*> convs_;
  std::vector<at::Tensor> inputs_;  // the clips', together where the network takes several
  std::map<const graph::Node*, Channels> before_;
};

}  // namespace rt3d::pruner
