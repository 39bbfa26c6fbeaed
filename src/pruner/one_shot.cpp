#include "pruner/one_shot.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "pruner/batch_statistics.h"
#include "pruner/output_statistics.h"
#include "pruner/predicted_classes.h"
#include "pruner/prunable_layers.h"
#include "pruner/tensors.h"
#include "pruning/budget.h"
#include "pruning/pruning.h"
#include "pruning/second_order.h"

namespace rt3d::pruner {
namespace {

constexpr double kShareSlack = 1e-6;  // of a layer: rounding
constexpr std::uint64_t kMaskSeed = 1;

}  // namespace

OneShot::OneShot(Network& network, std::vector<pruning::GroupSpec> schemes, const OneShotRequest& request)
    : network_(network), request_(request), schemes_(std::move(schemes)), pool_(request.threads) {
  for (const pruning::GroupSpec& scheme : schemes_)
    if (scheme.scheme == pruning::GroupScheme::filter)
      fail(Code::invalid_argument, "groups inside filters (kgs, vanilla) are what this removes, not filters");
  at::set_num_threads(request.threads);
  survey_ = survey_layers(network, request.keep_dense);
  report_.layers = survey_.rows;
  report_.macs = report_.kept_macs = survey_.macs;
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) {
    originals_.push_back(host_tensor(survey_.convs[i].weights->values));
    for (const pruning::GroupSpec& scheme : schemes_) {
      SchemeOrder& order =
          orders_.emplace_back(i, scheme, originals_.back().shape(), survey_.convs[i].transformed);
      order.moments = moments_for(order);
    }
  }
  chosen_.resize(survey_.convs.size());
}

std::shared_ptr<InputMoments> OneShot::moments_for(const SchemeOrder& order) {
  for (const Seen& seen : seen_)
    if (seen.conv == order.layer && seen.moments->covers(order.blocks)) return seen.moments;
  seen_.push_back({order.layer, std::make_shared<InputMoments>(order.blocks)});
  return seen_.back().moments;
}

void OneShot::see(std::span<const std::vector<at::Tensor>> clips) {
  Watch watch;
  if (request_.criterion == Criterion::second_order)
    watch = [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
      if (node.op != "Conv") return;
      const Parameter* weights = network_.parameter(pruned_operand(node));
      for (const Seen& seen : seen_)
        if (survey_.convs[seen.conv].weights == weights) seen.moments->add(node, *operands[0], *operands[1]);
    };
  report_.classes_before = predicted_classes(
      network_, clips, watch, [&](std::size_t done, std::size_t all) { tell("activations", done, all); });
}

void OneShot::order() {
  if (request_.criterion == Criterion::second_order) {
    std::size_t before = 0, all = 0;
    for (const SchemeOrder& order : orders_) all += order.blocks.size();
    for (SchemeOrder& order : orders_) {
      order_by_second_order(
          order, originals_[order.layer], survey_.convs[order.layer].constant, macs(order.layer), pool_,
          [&](std::size_t done, std::size_t) { tell("order of removal", before + done, all); });
      before += order.blocks.size();
    }
    return;
  }
  for (std::size_t s = 0; s < schemes_.size(); ++s) {
    std::vector<SchemeOrder*> orders;
    for (std::size_t i = 0; i < survey_.convs.size(); ++i) orders.push_back(&order_of(i, s));
    order_by_scores(std::move(orders), network_, survey_, request_.criterion);
    tell("order of removal", s + 1, schemes_.size());
  }
}

OneShot::Chosen OneShot::cut(std::size_t conv, const LayerChoice& choice) const {
  const SchemeOrder& order = order_of(conv, choice.scheme);
  const double all = macs(conv);
  const std::vector<double> most(survey_.convs.size(), all);
  return {choice.scheme, pruning::choose_removals(order.traces, most,
                                                  std::max(0.0, (1 - choice.kept - kShareSlack) * all), all)};
}

double OneShot::lost(std::size_t conv, const Chosen& chosen) const {
  double sum = 0;
  const SchemeOrder& order = order_of(conv, chosen.scheme);
  for (std::size_t t = 0; t < order.traces.size(); ++t)
    for (std::size_t k = 0; k < chosen.counts[t]; ++k) sum += order.traces[t].losses[k];
  return sum;
}

double OneShot::loss(std::size_t conv, const LayerChoice& choice) const {
  return lost(conv, cut(conv, choice));
}

void OneShot::choose(double rate) {
  std::vector<pruning::RemovalTrace> all;
  std::vector<double> most;
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) {
    all.insert(all.end(), order_of(i, 0).traces.begin(), order_of(i, 0).traces.end());
    most.push_back(macs(i) * (1 - pruning::kLeastKept));
  }
  const auto whole = static_cast<double>(report_.macs);
  const std::vector<std::size_t> counts = pruning::choose_removals(all, most, whole - whole / rate, whole);
  auto next = counts.begin();
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) {
    const auto traces = static_cast<std::ptrdiff_t>(order_of(i, 0).traces.size());
    take(i, {0, {next, next + traces}});
    next += traces;
  }
}

void OneShot::choose(std::span<const LayerChoice> choices) {
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) take(i, cut(i, choices[i]));
}

void OneShot::take(std::size_t conv, Chosen chosen) {
  const SchemeOrder& order = order_of(conv, chosen.scheme);
  LayerOutcome& row = outcome(conv);
  std::int64_t weights = 0;
  row.removed.clear();
  for (std::size_t t = 0; t < order.traces.size(); ++t)
    for (std::size_t k = 0; k < chosen.counts[t]; ++k) row.removed.push_back(order.traces[t].groups[k]);
  for (const std::int64_t group : row.removed) weights += order.grid.extent(group).weights();
  const double gone = static_cast<double>(weights) / static_cast<double>(originals_[conv].elements());
  const std::int64_t kept = std::llround(static_cast<double>(row.macs) * (1 - gone));
  report_.kept_macs += kept - row.kept_macs;
  row.kept_macs = kept;
  row.lost = lost(conv, chosen);
  if (request_.criterion != Criterion::second_order) row.lost = 1 - std::exp(-row.lost);
  row.scheme = weights > 0 ? order.text() : "";
  chosen_[conv] = std::move(chosen);
}

Tensor OneShot::without(std::size_t conv, const SchemeOrder& order,
                        std::span<const std::int64_t> groups) const {
  std::vector<bool> kept(static_cast<std::size_t>(order.grid.count()), true);
  for (const std::int64_t group : groups) kept[static_cast<std::size_t>(group)] = false;
  Tensor weights = host_tensor(survey_.convs[conv].weights->values);
  order.grid.prune(weights, kept);
  return weights;
}

Tensor OneShot::masked(std::size_t conv) const {
  return without(conv, order_of(conv, chosen_[conv].scheme), report_.layers[survey_.convs[conv].row].removed);
}

std::map<std::string, Tensor> OneShot::masked_weights() const {
  std::map<std::string, Tensor> weights;
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) weights[survey_.convs[i].weights->name] = masked(i);
  return weights;
}

// As cut() stops.
std::map<std::string, Tensor> OneShot::random_weights(std::size_t scheme, double kept) const {
  std::map<std::string, Tensor> weights;
  Random random(kMaskSeed);
  for (std::size_t i = 0; i < survey_.convs.size(); ++i) {
    const SchemeOrder& order = order_of(i, scheme);
    std::vector<std::int64_t> groups(static_cast<std::size_t>(order.grid.count()));
    std::iota(groups.begin(), groups.end(), 0);
    const double wanted = (1 - kept - kShareSlack) * static_cast<double>(originals_[i].elements());
    double gone = 0;
    std::size_t count = 0;
    for (; count < groups.size() && gone < wanted; ++count) {
      const auto left = static_cast<std::int64_t>(groups.size() - count);
      std::swap(groups[count], groups[count + static_cast<std::size_t>(random.below(left))]);
      gone += static_cast<double>(order.grid.extent(groups[count]).weights());
    }
    weights[survey_.convs[i].weights->name] = without(i, order, std::span(groups).first(count));
  }
  return weights;
}

void OneShot::fit(std::size_t conv, Tensor& weights) {
  const Chosen& chosen = chosen_[conv];
  const SchemeOrder& order = order_of(conv, chosen.scheme);
  const PrunableConv& layer = survey_.convs[conv];
  float* const bias = layer.bias ? layer.bias->values.data_ptr<float>() : nullptr;
  std::size_t block = order.blocks.size();
  std::unique_ptr<pruning::Moments> moments;
  for (std::size_t t = 0; t < order.traces.size(); ++t) {
    if (chosen.counts[t] == 0) continue;
    if (order.block_of(t) != block) {
      block = order.block_of(t);
      moments =
          std::make_unique<pruning::Moments>(order.moments->moments(order.blocks[block], layer.constant));
    }
    const std::vector<std::int64_t>& groups = order.traces[t].groups;
    pruning::remove_and_fit(weights, order.grid, order.row_of(t), order.blocks[block], *moments,
                            {groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(chosen.counts[t])},
                            bias);
  }
}

void OneShot::apply(std::span<const std::vector<at::Tensor>> clips) {
  const at::NoGradGuard without_gradients;
  std::vector<Tensor> pruned(survey_.convs.size());
  if (request_.criterion == Criterion::second_order) {
    std::size_t done = 0;
    std::mutex told;
    pool_.run(static_cast<std::int64_t>(pruned.size()), [&](std::int64_t task, int) {
      const auto conv = static_cast<std::size_t>(task);
      pruned[conv] = host_tensor(survey_.convs[conv].weights->values);
      fit(conv, pruned[conv]);
      const std::lock_guard<std::mutex> lock(told);
      tell("fitting", ++done, pruned.size());
    });
  } else {
    for (std::size_t i = 0; i < pruned.size(); ++i) pruned[i] = masked(i);
  }
  // What is fitted keeps its means by itself.
  std::optional<OutputStatistics> dense;
  if (request_.criterion != Criterion::second_order) dense.emplace(network_, survey_, clips);
  for (std::size_t i = 0; i < pruned.size(); ++i)
    survey_.convs[i].weights->values.copy_(torch_tensor(pruned[i]));
  if (dense) dense->restore(OutputStatistics::Emptied::keep_mean);
  estimate_statistics(network_, clips,
                      [&](std::size_t done, std::size_t all) { tell("statistics", done, all); });
}

void OneShot::tell(const std::string& stage, std::size_t done, std::size_t all) const {
  if (request_.progress) request_.progress(stage, done, all);
}

OneShotReport prune_one_shot(Network& network, std::span<const std::vector<at::Tensor>> clips,
                             const OneShotRequest& request) {
  const at::NoGradGuard without_gradients;
  OneShot one_shot(network, {request.groups}, request);
  one_shot.see(clips);
  one_shot.order();
  one_shot.choose(request.rate);
  one_shot.apply(clips);
  return one_shot.report();
}

}  // namespace rt3d::pruner
