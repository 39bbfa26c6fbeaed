// What a run is to do, as whoever begins it says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "pruner/runs/methods.h"
#include "pruner/training.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

// What one layer loses.
struct LayerPlan {
  std::string name;  // the layer's, or its weights'
  double share = 0;  // of its multiply-adds
  pruning::GroupSpec groups;
};

struct RunPlan {
  Method method = Method::train;
  bool from_scratch = false;  // train: not from the file's values
  pruning::GroupSpec groups;
  double rate = 2;                // multiply-adds of the whole model before ÷ after
  std::vector<LayerPlan> layers;  // instead of `groups` and `rate`: all others stay dense
  std::vector<std::string> keep_dense;
  // 0: as many as default_epochs() says.
  std::int64_t regularize_epochs = 0, train_epochs = 0;  // the latter also of retraining
  Optimizer optimizer = Optimizer::sgd;                  // train
  double learning_rate = 5e-3, momentum = 0.9, weight_decay = 5e-4;
  double label_smoothing = 0.1;
  double teacher_share = 0.5, temperature = 3;  // retrain: of the dense network
  std::int64_t examples = 64;  // clips that one-shot looks at, and statistics are estimated with
  std::uint64_t seed = 1;
  int threads = 1;
};

// So many that a small data set, too, gives some thousand steps, and a large one is seen a few times.
std::int64_t default_epochs(std::int64_t batches);

// Whether whole filters go, and not groups of weights inside them.
bool cuts_filters(const RunPlan& plan);

// Throws invalid_argument for filters with a method or with layers that they cannot have.
void check(const RunPlan& plan);

}  // namespace rt3d::pruner
