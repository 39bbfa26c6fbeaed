// A training from its first to its last epoch, or a pruning: regularize, cut, retrain. It goes on by steps, between any two of which its
// state can be kept. A run that takes this state up again has the bits of one that was never interrupted, as long as it computes with one
// thread (with more, libtorch promises no order of its sums).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pruner/checkpoint.h"
#include "pruner/network.h"
#include "pruner/one_shot.h"
#include "pruner/penalty.h"
#include "pruner/prunable_layers.h"
#include "pruner/runs/clips.h"
#include "pruner/runs/history.h"
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

// Sees a run. Nothing that it does changes what comes out.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void begins(Stage) {}
  virtual void step(Stage, std::int64_t /*epoch*/, const StepLoss&) {}
  virtual void epoch(const EpochRow&) {}
  virtual void layers(const std::vector<LayerRow>&) {}  // at a renewal
  virtual void warning(const std::string&) {}
};

class Run {
 public:
  // Whatever is given lives as long as the run. Throws invalid_argument for a target out of reach and what Network, Training and
  // prunable_layers() throw.
  Run(const graph::Graph& model, const std::map<std::string, Shape>& shapes, const Clips& clips,
      const RunPlan& plan, Witness& witness);

  // One step of training, an evaluation, or the cut. False when there is nothing more to do.
  bool advance();

  // Of a run of the same model, data and plan. Throws invalid_argument when the checkpoint is of another.
  Checkpoint state() const;
  void set_state(const Checkpoint& state);

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  const History& history() const { return history_; }
  const std::vector<PrunableLayer>& layers() const { return layers_; }  // all that multiply by weights
  // LayerRow::layer as a number in layers().
  std::size_t pruned_layer(std::int64_t number) const {
    return pruned_[static_cast<std::size_t>(number)].layer;
  }
  // The masks of the pruned layers' weights by their names in the file: 1 where a weight is kept. Empty before the cut.
  std::map<std::string, at::Tensor> masks() const;

  // Steps of all stages, and those that are done: for the time that is left.
  std::int64_t steps() const;
  std::int64_t steps_done() const;
  std::int64_t epochs_of(Stage stage) const;

 private:
  struct Position {
    std::int64_t stage = 0;  // index into stages_
    std::int64_t epoch = 0, batch = 0;
    std::int64_t renewals = 0;
    EpochRow sums;  // of this epoch
  };

  // A layer that is to lose groups.
  struct Pruned {
    std::size_t layer = 0;      // in layers_
    pruning::GroupSpec scheme;  // as asked for
    pruning::GroupSpec groups;  // what it means for this layer
    double most = 0;            // of its multiply-adds, the share that may go
  };

  void find_pruned();
  void add_pruned(std::size_t layer, const pruning::GroupSpec& scheme, double most);
  const at::Tensor& weights(const Pruned& pruned) const;
  double zero_share(const Pruned& pruned) const;  // of its weights, those in groups that are zero
  std::int64_t steps_of(Stage stage) const { return epochs_of(stage) * clips_.batches(); }

  Stage stage() const { return stages_[static_cast<std::size_t>(at_.stage)]; }
  void enter();
  void leave();
  void train();
  void count(const StepLoss& loss);
  void end_epoch();
  void regulate();
  void renew();
  void cut();
  OneShotReport pruned_network(const std::vector<std::vector<at::Tensor>>& examples);
  void keep_zero(const Pruned& pruned, const std::vector<std::int64_t>& groups);
  dataset::Accuracy judged() { return clips_.judge(network_).among(1); }
  double empty_share() const;  // of all multiply-adds, those of groups that are zero and may go
  double wanted_share() const { return wanted_; }

  const Clips& clips_;
  const RunPlan plan_;
  Witness& witness_;
  Network network_;
  std::vector<PrunableLayer> layers_;
  std::vector<Pruned> pruned_;
  double macs_ = 0;    // of all layers
  double wanted_ = 0;  // of these, the share that is to go
  std::vector<Stage> stages_;

  Position at_;
  History history_;
  std::map<std::size_t, at::Tensor> masks_;  // by layer
  std::unique_ptr<Network> teacher_;
  std::unique_ptr<Training> training_;  // of a stage that trains
  std::unique_ptr<Penalty> penalty_;
  std::unique_ptr<dataset::Loader> loader_;  // of the epoch
  graph::Graph model_;
  std::map<std::string, Shape> shapes_;
};

}  // namespace rt3d::pruner
