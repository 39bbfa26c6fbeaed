#include "pruner/one_shot.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>

#include "base/error.h"
#include "base/thread_pool.h"
#include "pruner/batch_statistics.h"
#include "pruner/input_moments.h"
#include "pruner/prunable_layers.h"
#include "pruner/tensors.h"
#include "pruning/budget.h"
#include "pruning/pruning.h"
#include "pruning/second_order.h"

namespace rt3d::pruner {

namespace {

using pruning::GroupGrid;
using pruning::RemovalTrace;

// A convolution that may lose groups.
struct PrunedConv {
  std::size_t outcome = 0;  // its place in the report
  Parameter* weights = nullptr;
  Parameter* bias = nullptr;  // its own; nullptr: none, or one that others read, too
  bool constant =
      false;  // something takes up a change of the output's mean: the bias, or a normalisation behind
  GroupGrid grid;
  InputMoments moments;
  Tensor values;  // the weights as they become
};

// One row of groups in one block of columns: the unit of work, and a trace.
struct Unit {
  std::size_t layer = 0;
  std::int64_t row = 0;
  std::size_t block = 0;
};

bool is_normalized(const graph::Graph& graph, const graph::Graph::Uses& uses, const graph::Node& conv) {
  const auto& readers = uses.consumers[static_cast<std::size_t>(conv.outputs[0])];
  return !graph.is_output(conv.outputs[0]) && readers.size() == 1 &&
         graph.nodes[static_cast<std::size_t>(readers[0])].op == "BatchNormalization";
}

class OneShot {
 public:
  OneShot(Network& network, const OneShotRequest& request)
      : network_(network), request_(request), pool_(request.threads) {
    if (request.groups.scheme == pruning::GroupScheme::filter)
      fail(Code::invalid_argument,
           "one-shot pruning removes groups inside filters (kgs, vanilla): a whole filter leaves nothing in "
           "its "
           "layer that could make up for it");
    find_layers();
  }

  void see(std::span<const std::vector<at::Tensor>> clips) {
    if (clips.empty()) fail(Code::invalid_argument, "one-shot pruning needs at least one clip");
    for (std::size_t i = 0; i < clips.size(); ++i) {
      tell("activations", i, clips.size());
      const std::vector<at::Tensor> outputs =
          network_.run(clips[i], Mode::evaluation,
                       [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
                         if (node.op != "Conv" || request_.criterion == Criterion::magnitude) return;
                         const Parameter* weights = network_.parameter(node.inputs[1]);
                         for (const auto& layer : layers_)
                           if (layer->weights == weights)
                             layer->moments.add(node, *operands[0], *operands[1]);
                       });
      report_.classes_before.push_back(outputs[0].argmax().item<std::int64_t>());
    }
    tell("activations", clips.size(), clips.size());
  }

  void choose() {
    request_.criterion == Criterion::magnitude ? trace_magnitudes() : trace_removals();
    std::vector<double> most, energy(layers_.size(), 0.0);
    for (const RemovalTrace& trace : traces_)
      energy[trace.layer] = std::accumulate(trace.losses.begin(), trace.losses.end(), energy[trace.layer]);
    for (std::size_t i = 0; i < layers_.size(); ++i)
      most.push_back(static_cast<double>(outcome(i).macs) * (1 - pruning::kLeastKept));
    for (RemovalTrace& trace : traces_) {
      const PrunedConv& layer = *layers_[trace.layer];
      const double per_weight =
          static_cast<double>(outcome(trace.layer).macs) / static_cast<double>(layer.values.elements());
      for (double& loss : trace.losses) loss /= std::max(energy[trace.layer], 1e-30);
      for (const std::int64_t group : trace.groups)
        trace.macs.push_back(per_weight * static_cast<double>(layer.grid.extent(group).weights()));
    }
    const auto all = static_cast<double>(report_.macs);
    const std::vector<std::size_t> counts =
        pruning::choose_removals(traces_, most, all - all / request_.rate, all);
    for (std::size_t i = 0; i < traces_.size(); ++i) cut(traces_[i], counts[i]);
  }

  void apply() {
    std::size_t done = 0;
    for (std::size_t u = 0; u < traces_.size(); ++u) by_layer_[traces_[u].layer].push_back(u);
    std::mutex told;
    pool_.run(static_cast<std::int64_t>(layers_.size()), [&](std::int64_t task, int) {
      const auto layer = static_cast<std::size_t>(task);
      apply(layer);
      const std::lock_guard<std::mutex> lock(told);
      tell("fitting", ++done, layers_.size());
    });
    const at::NoGradGuard without_gradients;
    for (const auto& layer : layers_) layer->weights->values.copy_(torch_tensor(layer->values));
  }

  OneShotReport report() && { return std::move(report_); }

 private:
  LayerOutcome& outcome(std::size_t layer) { return report_.layers[layers_[layer]->outcome]; }

  void tell(const std::string& stage, std::size_t done, std::size_t all) const {
    if (request_.progress) request_.progress(stage, done, all);
  }

  void find_layers() {
    const graph::Graph& graph = network_.graph();
    const graph::Graph::Uses uses = graph.uses();
    for (const PrunableLayer& layer : prunable_layers(network_, request_.keep_dense)) {
      report_.macs += layer.macs;
      report_.layers.push_back({.name = layer.name,
                                .weights = layer.shape,
                                .macs = layer.macs,
                                .kept_macs = layer.macs,
                                .dense = layer.dense,
                                .removed = {}});
      if (!layer.dense.empty()) continue;
      const graph::Node& node = graph.nodes[static_cast<std::size_t>(layer.node)];
      Parameter* const weights = network_.parameter(layer.weights);
      Parameter* bias = node.inputs.size() > 2 ? network_.parameter(node.inputs[2]) : nullptr;
      if (bias && readers_of(graph, node.inputs[2]) > 1) bias = nullptr;
      GroupGrid grid(layer.shape, request_.groups);
      layers_.push_back(std::unique_ptr<PrunedConv>(
          new PrunedConv{report_.layers.size() - 1, weights, bias, bias || is_normalized(graph, uses, node),
                         grid, InputMoments(pruning::column_blocks(grid)), host_tensor(weights->values)}));
    }
    report_.kept_macs = report_.macs;
  }

  // All groups of a layer, the smallest first.
  void trace_magnitudes() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const GroupGrid& grid = layers_[i]->grid;
      const std::vector<double> scores = grid.scores(layers_[i]->values);
      RemovalTrace trace{
          .layer = i, .groups = std::vector<std::int64_t>(scores.size()), .losses = {}, .macs = {}};
      std::iota(trace.groups.begin(), trace.groups.end(), 0);
      std::ranges::stable_sort(trace.groups, {},
                               [&](std::int64_t g) { return scores[static_cast<std::size_t>(g)]; });
      for (const std::int64_t g : trace.groups)
        trace.losses.push_back(scores[static_cast<std::size_t>(g)] * scores[static_cast<std::size_t>(g)] *
                               static_cast<double>(grid.extent(g).weights()));
      traces_.push_back(std::move(trace));
    }
  }

  // Block after block, so that one inverse is in memory at a time; the rows of groups side by side.
  void trace_removals() {
    std::size_t done = 0, all = 0;
    for (const auto& layer : layers_) all += layer->moments.blocks().size();
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const PrunedConv& layer = *layers_[i];
      for (std::size_t b = 0; b < layer.moments.blocks().size(); ++b) {
        tell("order of removal", done++, all);
        const std::vector<float> inverse = layer.moments.moments(b, layer.constant).inverse(pool_);
        const std::size_t first = traces_.size();
        traces_.resize(first + static_cast<std::size_t>(layer.grid.rows()));
        units_.resize(traces_.size());
        pool_.run(layer.grid.rows(), [&](std::int64_t row, int) {
          const std::size_t u = first + static_cast<std::size_t>(row);
          units_[u] = {i, row, b};
          traces_[u] =
              pruning::removal_trace(layer.values, layer.grid, row, layer.moments.blocks()[b], inverse);
          traces_[u].layer = i;
        });
      }
    }
    tell("order of removal", all, all);
  }

  // Keeps of the trace what goes.
  void cut(RemovalTrace& trace, std::size_t count) {
    LayerOutcome& row = outcome(trace.layer);
    trace.groups.resize(count);
    std::int64_t weights = 0;
    for (std::size_t k = 0; k < count; ++k) {
      row.lost += trace.losses[k];
      row.removed.push_back(trace.groups[k]);
      weights += layers_[trace.layer]->grid.extent(trace.groups[k]).weights();
    }
    const std::int64_t removed = weights * (row.macs / layers_[trace.layer]->values.elements());
    row.kept_macs -= removed;
    report_.kept_macs -= removed;
  }

  void apply(std::size_t index) {
    PrunedConv& layer = *layers_[index];
    if (units_.empty()) {
      std::vector<bool> kept(static_cast<std::size_t>(layer.grid.count()), true);
      for (const std::size_t u : by_layer_[index])
        for (const std::int64_t group : traces_[u].groups) kept[static_cast<std::size_t>(group)] = false;
      layer.grid.prune(layer.values, kept);
      return;
    }
    float* const bias = layer.bias ? layer.bias->values.data_ptr<float>() : nullptr;
    std::size_t block = layer.moments.blocks().size();
    std::unique_ptr<pruning::Moments> moments;
    for (const std::size_t u : by_layer_[index]) {
      if (units_[u].block != block) {
        block = units_[u].block;
        moments = std::make_unique<pruning::Moments>(layer.moments.moments(block, layer.constant));
      }
      pruning::remove_and_fit(layer.values, layer.grid, units_[u].row, layer.moments.blocks()[block],
                              *moments, traces_[u].groups, bias);
    }
  }

  Network& network_;
  const OneShotRequest& request_;
  ThreadPool pool_;
  OneShotReport report_;
  std::vector<std::unique_ptr<PrunedConv>> layers_;
  std::vector<RemovalTrace> traces_;
  std::vector<Unit> units_;  // of the traces; empty for magnitudes
  std::map<std::size_t, std::vector<std::size_t>> by_layer_;
};

}  // namespace

OneShotReport prune_one_shot(Network& network, std::span<const std::vector<at::Tensor>> clips,
                             const OneShotRequest& request) {
  const at::NoGradGuard without_gradients;
  at::set_num_threads(request.threads);
  OneShot one_shot(network, request);
  one_shot.see(clips);
  one_shot.choose();
  one_shot.apply();
  estimate_statistics(network, clips);
  return std::move(one_shot).report();
}

}  // namespace rt3d::pruner
