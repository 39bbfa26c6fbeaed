// Pruning without labels and without training: from a few clips, layer by layer, with what stays fitted to make up for what goes
// (pruning/second_order.h). Statistics of BatchNormalization are estimated anew at the end.
#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pruner/network.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

enum class Criterion {
  second_order,  // what a group's removal changes in the layer's output, the others being adjusted
  magnitude,     // the group's weights alone, and nothing is adjusted: the baseline
};

struct OneShotRequest {
  pruning::GroupSpec groups;  // not filters
  double rate = 2;            // multiply-adds of the whole model before ÷ after
  Criterion criterion = Criterion::second_order;
  // Beside the first and the last layer, grouped convolutions and linear layers: by the name of the node or of the weights; a
  // name that ends in * is the beginning of names.
  std::vector<std::string> keep_dense;
  int threads = 1;
  // What is done, how much of it, of how much.
  std::function<void(const std::string& stage, std::size_t done, std::size_t all)> progress;
};

struct LayerOutcome {
  std::string name;  // the node's; of the weights where it has none
  Shape weights;
  std::int64_t macs = 0, kept_macs = 0;
  std::string dense;                  // why it is not pruned; "" when it may be
  std::vector<std::int64_t> removed;  // groups, by their numbers in the layer's GroupGrid
  double lost =
      0;  // of what varies in its output, the share that the cut changes; of the weights' square (magnitude)
};

struct OneShotReport {
  std::vector<LayerOutcome> layers;  // that multiply by weights, in the graph's order
  std::int64_t macs = 0, kept_macs = 0;
  std::vector<std::int64_t>
      classes_before;  // of the clips, by the dense network: where its first output is largest
  double rate() const { return static_cast<double>(macs) / static_cast<double>(kept_macs); }
};

// Changes the network's weights, biases and statistics; pruned groups are zero. Each clip is the network's inputs. Throws
// invalid_argument for a rate out of reach (telling what is within it), filters, unknown names in keep_dense, no clips, and a model
// without a convolution that may be pruned.
OneShotReport prune_one_shot(Network& network, std::span<const std::vector<at::Tensor>> clips,
                             const OneShotRequest& request);

}  // namespace rt3d::pruner
