// A training from its first to its last epoch, or a pruning: regularize, cut, retrain. It goes on by steps, between any two of which its
// state can be kept. A run that takes this state up again has the bits of one that was never interrupted, as long as it computes with one
// thread (with more, libtorch promises no order of its sums).
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pruner/checkpoint.h"
#include "pruner/network.h"
#include "pruner/penalty.h"
#include "pruner/prunable_layers.h"
#include "pruner/runs/clips.h"
#include "pruner/runs/cut.h"
#include "pruner/runs/history.h"
#include "pruner/runs/run_plan.h"
#include "pruner/training.h"

namespace rt3d::pruner {

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
  // Whatever is given lives as long as the run. Throws invalid_argument for a target out of reach and what check(), Network, Training and
  // prunable_layers() throw.
  Run(const graph::Graph& model, const std::map<std::string, Shape>& shapes, const Clips& clips,
      const RunPlan& plan, Witness& witness);

  // One step of training, an evaluation, or the cut. False when there is nothing more to do.
  bool advance();

  // Of a run of the same model, data and plan. Throws invalid_argument when the checkpoint is of another.
  Checkpoint state() const;
  void set_state(const Checkpoint& state);

  // Writes `from`, the model's file, with what the network has become, and with `metadata` added. Throws io.
  void write(const std::filesystem::path& from, const std::map<std::string, std::string>& metadata,
             const std::filesystem::path& to) const;

  Network& network() { return network_; }  // without the filters that are cut
  const Network& network() const { return network_; }
  const History& history() const { return history_; }
  // All that multiply by weights, as they were in the dense network.
  const std::vector<PrunableLayer>& layers() const { return layers_; }
  // LayerRow::layer as a number in layers().
  std::size_t pruned_layer(std::int64_t number) const {
    return pruned_[static_cast<std::size_t>(number)].layer;
  }
  // The masks of the pruned layers' weights by their names in the file: 1 where a weight is kept. Empty before the cut, and of filters.
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

  void find_pruned();
  void add_pruned(std::size_t layer, const pruning::GroupSpec& scheme, double most);
  const at::Tensor& weights(const PrunedLayer& pruned) const;
  double zero_share(const PrunedLayer& pruned) const;  // of its weights, those in groups that are zero
  std::int64_t steps_of(Stage stage) const { return epochs_of(stage) * clips_.batches(); }

  Stage stage() const { return stages_[static_cast<std::size_t>(at_.stage)]; }
  void enter();
  void leave();
  void train();
  void count(const StepLoss& loss);
  void end_epoch();
  double needed_strength() const;
  void regulate();
  void renew();
  void cut();
  OneShotReport cut_network(const std::vector<std::vector<at::Tensor>>& examples);
  void keep_zero(const PrunedLayer& pruned, const std::vector<std::int64_t>& groups);
  void lose(std::vector<bool> filters);
  dataset::Accuracy judged() { return clips_.judge(network_).among(1); }
  double empty_share() const;  // of all multiply-adds, those of groups that are zero and may go
  double wanted_share() const { return wanted_; }

  const Clips& clips_;
  const RunPlan plan_;
  Witness& witness_;
  Network network_;
  std::vector<PrunableLayer> layers_;
  std::vector<PrunedLayer> pruned_;  // none where whole filters go
  double macs_ = 0;                  // of all layers
  double wanted_ = 0;                // of these, the share that is to go
  std::vector<Stage> stages_;

  Position at_;
  History history_;
  std::map<std::size_t, at::Tensor> masks_;  // by layer
  std::vector<bool> gone_;                   // FilterCut's; empty before it, and of groups
  std::unique_ptr<Network> teacher_;
  std::unique_ptr<Training> training_;  // of a stage that trains
  std::unique_ptr<Penalty> penalty_;
  std::unique_ptr<dataset::Loader> loader_;  // of the epoch
  graph::Graph model_;
  std::map<std::string, Shape> shapes_;
};

}  // namespace rt3d::pruner
