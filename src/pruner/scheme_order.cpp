#include "pruner/scheme_order.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "pruner/tensors.h"
#include "pruning/channel_importance.h"
#include "pruning/pruning.h"

namespace rt3d::pruner {

namespace {

constexpr int kRounds = 8;

// Multiply-adds of a trace's steps, by the groups' weights.
void count_macs(pruning::RemovalTrace& trace, const SchemeOrder& order, double macs) {
  double weights = 0;
  for (std::int64_t g = 0; g < order.grid.count(); ++g)
    weights += static_cast<double>(order.grid.extent(g).weights());
  trace.layer = order.layer;
  for (const std::int64_t group : trace.groups)
    trace.macs.push_back(macs * static_cast<double>(order.grid.extent(group).weights()) / weights);
}

// Shares of what the layer still passes on, as steps of -log of it.
std::vector<double> log_losses(const std::vector<double>& scores) {
  constexpr double kAlmostNothing = 1e-6;
  const double whole = std::accumulate(scores.begin(), scores.end(), 0.0);
  std::vector<double> losses;
  double gone = 0, before = 0;
  for (const double score : scores) {
    gone += score;
    const double passed = std::max(whole > 0 ? 1 - gone / whole : 1.0, kAlmostNothing);
    losses.push_back(-std::log(passed) - before);
    before += losses.back();
  }
  return losses;
}

double energy(const SchemeOrder& order) {
  double sum = 0;
  for (const pruning::RemovalTrace& trace : order.traces)
    sum = std::accumulate(trace.losses.begin(), trace.losses.end(), sum);
  return sum;
}

// The orders of all layers while groups go.
class Rounds {
 public:
  Rounds(std::vector<SchemeOrder*> orders, Network& network, const LayerSurvey& survey, Criterion criterion)
      : orders_(std::move(orders)), network_(network), survey_(survey), criterion_(criterion) {
    for (const SchemeOrder* order : orders_) {
      weights_.push_back(host_tensor(survey_.convs[order->layer].weights->values));
      gone_.emplace_back(static_cast<std::size_t>(order->grid.count()), false);
    }
    for (const Parameter& parameter : network_.parameters())
      if (parameter.values.scalar_type() == at::kFloat)
        others_.emplace(parameter.id, host_tensor(parameter.values));
  }

  void run(int rounds) {
    std::vector<double> most(survey_.convs.size(), 0.0);
    for (const SchemeOrder* order : orders_) most[order->layer] = macs(*order) * (1 - pruning::kLeastKept);
    std::vector<pruning::RemovalTrace> found(orders_.size());
    for (int round = 1; round <= rounds; ++round) {
      const std::vector<pruning::RemovalTrace> left = what_is_left();
      std::vector<std::size_t> counts(left.size());
      if (round < rounds) {
        const double removable = pruning::most_removable(left, most);
        counts = pruning::choose_removals(left, most, removable / (rounds - round + 1), removable);
      } else
        for (std::size_t i = 0; i < left.size(); ++i) counts[i] = left[i].groups.size();
      for (std::size_t i = 0; i < left.size(); ++i) {
        take(i, left[i], counts[i], found[i]);
        for (std::size_t k = 0; k < counts[i]; ++k) most[orders_[i]->layer] -= left[i].macs[k];
      }
    }
    for (std::size_t i = 0; i < orders_.size(); ++i) orders_[i]->traces = {std::move(found[i])};
  }

 private:
  double macs(const SchemeOrder& order) const {
    return static_cast<double>(survey_.rows[survey_.convs[order.layer].row].macs);
  }

  std::vector<double> scores(std::size_t i, const std::vector<std::vector<double>>& importance) const {
    const SchemeOrder& order = *orders_[i];
    if (criterion_ == Criterion::importance) {
      const graph::Node& node =
          network_.graph().nodes[static_cast<std::size_t>(survey_.convs[order.layer].node)];
      return pruning::group_importance(order.grid, weights_[i],
                                       importance[static_cast<std::size_t>(node.outputs[0])]);
    }
    std::vector<double> squares = order.grid.scores(weights_[i]);
    for (std::size_t g = 0; g < squares.size(); ++g)
      squares[g] *=
          squares[g] * static_cast<double>(order.grid.extent(static_cast<std::int64_t>(g)).weights());
    return squares;
  }

  std::vector<std::vector<double>> importance_now() {
    if (criterion_ != Criterion::importance) return {};
    std::map<const Parameter*, const Tensor*> pruned;
    for (std::size_t i = 0; i < orders_.size(); ++i)
      pruned[survey_.convs[orders_[i]->layer].weights] = &weights_[i];
    return pruning::channel_importance(network_.graph(), [&](graph::ValueId id) -> const Tensor* {
      const Parameter* parameter = network_.parameter(id);
      if (!parameter) return network_.graph().constant(id);
      const auto found = pruned.find(parameter);
      return found != pruned.end() ? found->second : &others_.at(parameter->id);
    });
  }

  // Of each layer the groups that are still there, the cheapest first. Groups of one size by their score; a smaller one at an edge by what
  // each weight costs.
  std::vector<pruning::RemovalTrace> what_is_left() {
    const auto importance = importance_now();
    std::vector<pruning::RemovalTrace> all;
    for (std::size_t i = 0; i < orders_.size(); ++i) {
      const SchemeOrder& order = *orders_[i];
      const std::vector<double> score = scores(i, importance);
      const auto cost = [&](std::int64_t g) {
        return score[static_cast<std::size_t>(g)] / static_cast<double>(order.grid.extent(g).weights());
      };
      pruning::RemovalTrace trace{.layer = order.layer, .groups = {}, .losses = {}, .macs = {}};
      for (std::int64_t g = 0; g < order.grid.count(); ++g)
        if (!gone_[i][static_cast<std::size_t>(g)]) trace.groups.push_back(g);
      std::ranges::stable_sort(trace.groups, {}, cost);
      std::vector<double> costs;
      for (const std::int64_t g : trace.groups) costs.push_back(score[static_cast<std::size_t>(g)]);
      trace.losses = log_losses(costs);
      count_macs(trace, order, macs(order));
      all.push_back(std::move(trace));
    }
    return all;
  }

  void take(std::size_t i, const pruning::RemovalTrace& from, std::size_t count, pruning::RemovalTrace& to) {
    to.layer = from.layer;
    for (std::size_t k = 0; k < count; ++k) {
      to.groups.push_back(from.groups[k]);
      to.losses.push_back(from.losses[k]);
      to.macs.push_back(from.macs[k]);
      gone_[i][static_cast<std::size_t>(from.groups[k])] = true;
    }
    std::vector<bool> kept = gone_[i];
    kept.flip();
    orders_[i]->grid.prune(weights_[i], kept);
  }

  std::vector<SchemeOrder*> orders_;
  Network& network_;
  const LayerSurvey& survey_;
  Criterion criterion_;
  std::vector<Tensor> weights_;              // by order, as they are in this round
  std::vector<std::vector<bool>> gone_;      // by order and group
  std::map<graph::ValueId, Tensor> others_;  // all parameters as they came
};

}  // namespace

void order_by_second_order(SchemeOrder& order, const Tensor& weights, bool constant, double macs,
                           ThreadPool& pool, const OrderProgress& progress) {
  const std::size_t blocks = order.blocks.size();
  const auto rows = static_cast<std::size_t>(order.grid.rows());
  order.traces.resize(blocks * rows);
  for (std::size_t b = 0; b < blocks; ++b) {
    progress(b, blocks);
    const std::vector<float> inverse = order.moments->moments(order.blocks[b], constant).inverse(pool);
    pool.run(order.grid.rows(), [&](std::int64_t row, int) {
      order.traces[b * rows + static_cast<std::size_t>(row)] =
          pruning::removal_trace(weights, order.grid, row, order.blocks[b], inverse);
    });
  }
  progress(blocks, blocks);
  const double whole = energy(order);
  for (pruning::RemovalTrace& trace : order.traces) {
    for (double& loss : trace.losses) loss /= std::max(whole, 1e-30);
    count_macs(trace, order, macs);
  }
}

void order_by_scores(std::vector<SchemeOrder*> orders, Network& network, const LayerSurvey& survey,
                     Criterion criterion) {
  Rounds(std::move(orders), network, survey, criterion).run(criterion == Criterion::importance ? kRounds : 1);
}

}  // namespace rt3d::pruner
