#include "pruner/filter_pruning.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "pruner/batch_statistics.h"
#include "pruner/layer_survey.h"
#include "pruner/output_statistics.h"
#include "pruner/predicted_classes.h"
#include "pruner/tensors.h"
#include "pruning/channel_importance.h"
#include "pruning/pruning.h"

namespace rt3d::pruner {

namespace {

constexpr std::int64_t kFiltersAtATime = 8;
constexpr int kFilterRounds = 6;

// All filters of a layer lose an input channel together.
pruning::GroupSpec input_channels(const Shape& weights) {
  return {pruning::GroupScheme::vanilla, static_cast<int>(weights[0]), 1};
}

std::int64_t least_of(std::int64_t filters) {
  return std::max<std::int64_t>(1,
                                std::llround(std::ceil(pruning::kLeastKept * static_cast<double>(filters))));
}

}  // namespace

FilterPruning::FilterPruning(Network& network, const OneShotRequest& request)
    : network_(network), request_(request), pool_(request.threads), sets_(network, request.keep_dense) {
  at::set_num_threads(request.threads);
  const graph::Graph& graph = network.graph();
  const graph::Graph::Uses uses = graph.uses();
  for (const PrunableLayer& row : sets_.layers()) {
    if (row.transformed)
      fail(Code::unsupported, "'", row.name,
           "' has weights in Winograd's transform domain, too: filters go before that, and groups then");
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(row.node)];
    pruning::GroupGrid grid(row.shape, input_channels(row.shape));
    const bool bias = node.inputs.size() > 2 && network.parameter(node.inputs[2]);
    layers_.push_back({.grid = grid,
                       .moments = InputMoments(pruning::column_blocks(grid)),
                       .constant = bias || is_normalized(graph, uses, node),
                       .weights = {},
                       .bias = {},
                       .filters = row.shape[0],
                       .inputs = row.shape[1],
                       .input_gone = {}});
    report_.layers.push_back({.name = row.name,
                              .weights = row.shape,
                              .macs = row.macs,
                              .kept_macs = row.macs,
                              .dense = row.dense,
                              .scheme = {},
                              .removed = {}});
    report_.macs += row.macs;
  }
  report_.kept_macs = report_.macs;
  gone_.assign(sets_.limit(), false);
}

void FilterPruning::see(std::span<const std::vector<at::Tensor>> clips) {
  std::map<const Parameter*, std::size_t> readers;
  for (const std::vector<FilterSet>& one : sets_.classes())
    for (const LayerChannels& part : one[0].inputs) {
      const graph::Node& node =
          network_.graph().nodes[static_cast<std::size_t>(sets_.layers()[part.layer].node)];
      readers[network_.parameter(node.inputs[1])] = part.layer;
    }
  Watch watch;
  if (request_.criterion == Criterion::second_order)
    watch = [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
      if (!graph::mixes_channels(node)) return;
      const auto found = readers.find(network_.parameter(node.inputs[1]));
      if (found == readers.end()) return;
      const bool linear = operands[1]->dim() == 2;  // as a convolution of one position
      layers_[found->second].moments.add(node, linear ? operands[0]->unsqueeze(2) : *operands[0],
                                         linear ? operands[1]->unsqueeze(2) : *operands[1]);
    };
  report_.classes_before = predicted_classes(
      network_, clips, watch, [&](std::size_t done, std::size_t all) { tell("activations", done, all); });
}

void FilterPruning::start() {
  const graph::Graph& graph = network_.graph();
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(sets_.layers()[l].node)];
    const Parameter* weights = network_.parameter(node.inputs[1]);
    layer.weights = weights ? host_tensor(weights->values) : Tensor();
    layer.bias.clear();
    if (const Parameter* bias = node.inputs.size() > 2 ? network_.parameter(node.inputs[2]) : nullptr) {
      const Tensor values = host_tensor(bias->values);
      layer.bias.assign(values.values<float>().begin(), values.values<float>().end());
    }
    layer.kept_filters = layer.filters;
    layer.kept_inputs = layer.inputs;
    layer.input_gone.assign(static_cast<std::size_t>(layer.inputs), false);
    layer.lost = 0;
  }
  gone_.assign(sets_.limit(), false);
}

double FilterPruning::work_of(std::size_t l) const {
  const Layer& layer = layers_[l];
  return static_cast<double>(report_.layers[l].macs) * static_cast<double>(layer.kept_filters) /
         static_cast<double>(layer.filters) * static_cast<double>(layer.kept_inputs) /
         static_cast<double>(layer.inputs);
}

double FilterPruning::work() const {
  double sum = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) sum += work_of(l);
  return sum;
}

// Of each layer that reads sets, by input channel: what its removal changes, as a share of what varies in the output.
std::vector<std::vector<double>> FilterPruning::input_losses() {
  std::vector<std::vector<double>> losses(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    if (!layer.moments.seen()) continue;
    double whole = 0;
    for (std::size_t b = 0; b < layer.moments.blocks().size(); ++b) {
      const pruning::ColumnBlock& block = layer.moments.blocks()[b];
      pruning::Moments moments = layer.moments.moments(block, layer.constant);
      whole += pruning::output_variance(layer.weights, layer.grid, 0, block, moments);
      for (std::size_t g = 0; g + 1 < block.group_begins.size(); ++g)
        if (layer.input_gone[static_cast<std::size_t>(block.groups[g])])
          for (std::int64_t c = block.group_begins[g]; c < block.group_begins[g + 1]; ++c) moments.forget(c);
      const std::vector<double> of_block =
          pruning::removal_losses(layer.weights, layer.grid, 0, block, moments.inverse(pool_));
      losses[l].insert(losses[l].end(), of_block.begin(), of_block.end());
    }
    for (double& loss : losses[l]) loss /= std::max(whole, 1e-30);
  }
  return losses;
}

// Of each layer, by filter: its share of what is left of the layer.
std::vector<std::vector<double>> FilterPruning::filter_scores() {
  const graph::Graph& graph = network_.graph();
  std::vector<std::vector<double>> importance;
  std::map<const Parameter*, std::size_t> now;
  if (request_.criterion == Criterion::importance) {
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const graph::Node& node = graph.nodes[static_cast<std::size_t>(sets_.layers()[l].node)];
      if (const Parameter* weights = network_.parameter(node.inputs[1])) now[weights] = l;
    }
    std::map<graph::ValueId, Tensor> others;
    importance = pruning::channel_importance(graph, [&](graph::ValueId id) -> const Tensor* {
      const Parameter* parameter = network_.parameter(id);
      if (!parameter) return graph.constant(id);
      if (const auto found = now.find(parameter); found != now.end()) return &layers_[found->second].weights;
      const auto [at, fresh] = others.try_emplace(parameter->id);
      if (fresh) at->second = host_tensor(parameter->values);
      return &at->second;
    });
  }
  std::vector<std::vector<double>> scores(layers_.size());
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const graph::Node& node = graph.nodes[static_cast<std::size_t>(sets_.layers()[l].node)];
    if (layers_[l].weights.elements() == 0 || node.op == "MatMul") continue;
    if (request_.criterion == Criterion::importance) {
      scores[l] = importance[static_cast<std::size_t>(node.outputs[0])];
      scores[l].resize(static_cast<std::size_t>(layers_[l].filters), 0.0);
    } else {
      const pruning::GroupGrid filters(layers_[l].weights.shape(), {pruning::GroupScheme::filter, 1, 1});
      scores[l] = filters.scores(layers_[l].weights);
      for (double& score : scores[l]) score *= score;
    }
    const double whole = std::accumulate(scores[l].begin(), scores[l].end(), 0.0);
    for (double& score : scores[l]) score /= std::max(whole, 1e-30);
  }
  return scores;
}

// Costs of all sets, and the order of those that are left.
void FilterPruning::weigh() {
  const bool second_order = request_.criterion == Criterion::second_order;
  const std::vector<std::vector<double>> by_channel = second_order ? input_losses() : filter_scores();
  costs_.assign(sets_.limit(), {});
  left_.assign(sets_.classes().size(), {});
  for (std::size_t c = 0; c < left_.size(); ++c) {
    const std::vector<FilterSet>& sets = sets_.classes()[c];
    for (std::size_t i = 0; i < sets.size(); ++i) {
      if (gone_[sets[i].id]) continue;
      left_[c].push_back(i);
      for (const LayerChannels& part : second_order ? sets[i].inputs : sets[i].filters) {
        double loss = 0;
        for (const std::int64_t channel : part.channels)
          loss += by_channel[part.layer][static_cast<std::size_t>(channel)];
        costs_[sets[i].id].push_back({part.layer, loss});
      }
    }
    std::ranges::stable_sort(left_[c], {}, [&](std::size_t i) { return cost_of(sets[i]); });
  }
}

double FilterPruning::cost_of(const FilterSet& set) const {
  double sum = 0;
  for (const Cost& cost : costs_[set.id]) sum += cost.loss;
  return sum;
}

// How many sets like this one may go.
std::int64_t FilterPruning::room(const FilterSet& set) const {
  std::int64_t room = std::numeric_limits<std::int64_t>::max();
  for (const LayerChannels& part : set.filters) {
    const Layer& layer = layers_[part.layer];
    room = std::min(room, (layer.kept_filters - least_of(layer.filters)) /
                              static_cast<std::int64_t>(part.channels.size()));
  }
  for (const LayerChannels& part : set.inputs) {
    const Layer& layer = layers_[part.layer];
    room = std::min(
        room, (layer.kept_inputs - least_of(layer.inputs)) / static_cast<std::int64_t>(part.channels.size()));
  }
  return room;
}

void FilterPruning::count(const FilterSet& set, std::int64_t sign) {
  for (const LayerChannels& part : set.filters)
    layers_[part.layer].kept_filters += sign * static_cast<std::int64_t>(part.channels.size());
  for (const LayerChannels& part : set.inputs)
    layers_[part.layer].kept_inputs += sign * static_cast<std::int64_t>(part.channels.size());
}

// Removes the sets of one class that cost least for what they save, until the work is `wanted`. False when nothing may go.
bool FilterPruning::step(double wanted) {
  const double before = work();
  double least = std::numeric_limits<double>::infinity();
  std::size_t chosen = 0;
  std::int64_t chosen_count = 0;
  for (std::size_t c = 0; c < left_.size(); ++c) {
    if (left_[c].empty()) continue;
    const std::vector<FilterSet>& sets = sets_.classes()[c];
    const auto there = static_cast<std::int64_t>(left_[c].size());
    const std::int64_t uneven = there % kFiltersAtATime;
    const std::int64_t number =
        std::min({uneven == 0 ? kFiltersAtATime : uneven, room(sets[left_[c][0]]), there});
    if (number < 1) continue;
    double cost = 0;
    for (std::int64_t i = 0; i < number; ++i) cost += cost_of(sets[left_[c][static_cast<std::size_t>(i)]]);
    for (std::int64_t i = 0; i < number; ++i) count(sets[left_[c][static_cast<std::size_t>(i)]], -1);
    const double saved = before - work();
    for (std::int64_t i = 0; i < number; ++i) count(sets[left_[c][static_cast<std::size_t>(i)]], 1);
    if (saved > 0 && cost / saved < least) {
      least = cost / saved;
      chosen = c;
      chosen_count = number;
    }
  }
  if (chosen_count == 0) return false;
  std::vector<std::size_t>& left = left_[chosen];
  std::int64_t taken = 0;
  for (; taken < chosen_count && work() > wanted; ++taken) {
    const FilterSet& set = sets_.classes()[chosen][left[static_cast<std::size_t>(taken)]];
    count(set, -1);
    gone_[set.id] = true;
    for (const Cost& cost : costs_[set.id]) layers_[cost.layer].lost += cost.loss;
  }
  left.erase(left.begin(), left.begin() + taken);
  return true;
}

// What went since the last round goes from the layers' weights: filters, and inputs for which the others make up.
void FilterPruning::fit(const std::vector<std::size_t>& fresh) {
  std::vector<std::vector<std::int64_t>> inputs(layers_.size()), filters(layers_.size());
  for (const std::vector<FilterSet>& sets : sets_.classes())
    for (const FilterSet& set : sets) {
      if (!std::ranges::binary_search(fresh, set.id)) continue;
      for (const LayerChannels& part : set.inputs)
        inputs[part.layer].insert(inputs[part.layer].end(), part.channels.begin(), part.channels.end());
      for (const LayerChannels& part : set.filters)
        filters[part.layer].insert(filters[part.layer].end(), part.channels.begin(), part.channels.end());
    }
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    Layer& layer = layers_[l];
    for (const std::int64_t channel : inputs[l]) layer.input_gone[static_cast<std::size_t>(channel)] = true;
    if (layer.moments.seen() && !inputs[l].empty()) {
      for (std::size_t b = 0; b < layer.moments.blocks().size(); ++b) {
        const pruning::ColumnBlock& block = layer.moments.blocks()[b];
        pruning::Moments moments = layer.moments.moments(block, layer.constant);
        std::vector<std::int64_t> here;
        for (std::size_t g = 0; g + 1 < block.group_begins.size(); ++g) {
          const std::int64_t channel = block.groups[g];
          if (std::ranges::find(inputs[l], channel) != inputs[l].end())
            here.push_back(channel);
          else if (layer.input_gone[static_cast<std::size_t>(channel)])
            for (std::int64_t c = block.group_begins[g]; c < block.group_begins[g + 1]; ++c)
              moments.forget(c);
        }
        pruning::remove_and_fit(layer.weights, layer.grid, 0, block, moments, here,
                                layer.bias.empty() ? nullptr : layer.bias.data());
      }
    } else if (!inputs[l].empty()) {
      std::vector<bool> kept(layer.input_gone.size());
      for (std::size_t c = 0; c < kept.size(); ++c) kept[c] = !layer.input_gone[c];
      layer.grid.prune(layer.weights, kept);
    }
    if (filters[l].empty()) continue;
    const pruning::GroupGrid rows(layer.weights.shape(), {pruning::GroupScheme::filter, 1, 1});
    std::vector<bool> kept(static_cast<std::size_t>(layer.filters), true);
    for (const std::int64_t filter : filters[l]) kept[static_cast<std::size_t>(filter)] = false;
    rows.prune(layer.weights, kept);
  }
}

void FilterPruning::choose(double rate) {
  start();
  const double all = work();
  for (int round = 1; round <= kFilterRounds; ++round) {
    tell("rounds", static_cast<std::size_t>(round - 1), kFilterRounds);
    const double wanted = all / std::pow(rate, static_cast<double>(round) / kFilterRounds);
    weigh();
    const std::vector<bool> before = gone_;
    while (work() > wanted * (1 + 1e-9))
      if (!step(wanted))
        fail(Code::invalid_argument, "a target of ", rate,
             " times fewer multiply-adds is out of reach: with all filters that may go the model is at ",
             all / work(), " times");
    std::vector<std::size_t> fresh;
    for (std::size_t id = 0; id < gone_.size(); ++id)
      if (gone_[id] && !before[id]) fresh.push_back(id);
    fit(fresh);
  }
  tell("rounds", kFilterRounds, kFilterRounds);
  write_report();
}

void FilterPruning::write_report() {
  report_.kept_macs = 0;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    LayerOutcome& row = report_.layers[l];
    row.kept_macs = std::llround(work_of(l));
    row.lost = layer.lost;
    row.scheme.clear();
    if (layer.kept_filters < layer.filters)
      row.scheme = cat(layer.kept_filters, " of ", layer.filters, " filters");
    if (layer.kept_inputs < layer.inputs)
      row.scheme += cat(row.scheme.empty() ? "" : ", ", layer.kept_inputs, " of ", layer.inputs, " inputs");
    report_.kept_macs += row.kept_macs;
  }
}

void FilterPruning::apply(std::span<const std::vector<at::Tensor>> clips) {
  const at::NoGradGuard without_gradients;
  // What is fitted keeps its means by itself.
  const LayerSurvey survey = survey_layers(network_, request_.keep_dense);
  std::optional<OutputStatistics> dense;
  if (request_.criterion != Criterion::second_order) dense.emplace(network_, survey, clips);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const graph::Node& node = network_.graph().nodes[static_cast<std::size_t>(sets_.layers()[l].node)];
    if (Parameter* weights = network_.parameter(node.inputs[1]))
      weights->values.copy_(torch_tensor(layers_[l].weights));
    if (layers_[l].bias.empty()) continue;
    Parameter* const bias = network_.parameter(node.inputs[2]);
    bias->values.copy_(at::tensor(layers_[l].bias, bias->values.options().requires_grad(false)));
  }
  sets_.zero(gone_);
  if (dense) dense->restore(OutputStatistics::Emptied::go);
  estimate_statistics(network_, clips,
                      [&](std::size_t done, std::size_t all) { tell("statistics", done, all); });
}

void FilterPruning::tell(const std::string& stage, std::size_t done, std::size_t all) const {
  if (request_.progress) request_.progress(stage, done, all);
}

}  // namespace rt3d::pruner
