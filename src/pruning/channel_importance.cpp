#include "pruning/channel_importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>

namespace rt3d::pruning {

namespace {

using Scores = std::vector<double>;

struct Step {
  const graph::Graph& graph;
  const graph::Node& node;
  const WeightsNow& weights;
  const Scores& out;

  std::int64_t channels(graph::ValueId id) const {
    const graph::Value& value = graph.value(id);
    return value.desc.shape.rank() >= 2 ? value.desc.shape[1] : 0;
  }
  const Tensor* constant(std::size_t i) const {
    return i < node.inputs.size() && node.inputs[i] != graph::kNoValue ? weights(node.inputs[i]) : nullptr;
  }
};
// Of one operand.
using Rule = Scores (*)(const Step& step, std::size_t operand);

Scores evenly(const Step& step, std::int64_t channels) {
  const double mean =
      std::accumulate(step.out.begin(), step.out.end(), 0.0) / static_cast<double>(step.out.size());
  return Scores(static_cast<std::size_t>(channels), mean);
}

// Channel by channel; where the numbers differ, each has the sum of the whole run of channels that it became.
Scores pass(const Step& step, std::size_t operand) {
  const auto in = static_cast<std::size_t>(step.channels(step.node.inputs[operand]));
  if (in == step.out.size()) return step.out;
  if (in == 0 || step.out.size() % in != 0) return evenly(step, static_cast<std::int64_t>(in));
  const std::size_t run = step.out.size() / in;
  Scores scores(in, 0.0);
  for (std::size_t i = 0; i < step.out.size(); ++i) scores[i / run] += step.out[i];
  return scores;
}

// Weights [oc, ic per group, …], or those in Winograd's transform domain, where there are any.
Scores convolution(const Step& step, std::size_t operand) {
  const Tensor* transformed = step.constant(4);
  const Tensor* weights = transformed ? transformed : step.constant(1);
  const std::int64_t in = step.channels(step.node.inputs[operand]);
  if (!weights || operand != 0) return pass(step, operand);
  const std::span<const float> w = weights->values<float>();
  const auto oc = static_cast<std::size_t>(weights->shape()[0]),
             ic = static_cast<std::size_t>(weights->shape()[1]);
  const auto groups = static_cast<std::size_t>(step.node.attributes.integer("group", 1));
  const std::size_t positions = w.size() / (oc * ic), in_group = oc / groups;
  Scores scores(static_cast<std::size_t>(in), 0.0);
  for (std::size_t o = 0; o < oc; ++o)
    for (std::size_t c = 0; c < ic; ++c) {
      double sum = 0;
      for (std::size_t p = 0; p < positions; ++p)
        sum += std::fabs(static_cast<double>(w[(o * ic + c) * positions + p]));
      scores[o / in_group * ic + c] += step.out[o] * sum;
    }
  return scores;
}

// Weights [oc, ic], or [ic, oc] without transB.
Scores product(const Step& step, std::size_t operand) {
  const Tensor* weights = step.constant(1);
  const auto in = static_cast<std::size_t>(step.channels(step.node.inputs[operand]));
  const bool rows = step.node.attributes.integer("transB", 0) != 0;
  if (!weights || operand != 0 || weights->shape().rank() != 2 ||
      static_cast<std::size_t>(weights->shape()[rows ? 1 : 0]) != in ||
      static_cast<std::size_t>(weights->shape()[rows ? 0 : 1]) != step.out.size())
    return evenly(step, static_cast<std::int64_t>(in));
  const std::span<const float> w = weights->values<float>();
  const std::size_t out = step.out.size();
  Scores scores(in, 0.0);
  for (std::size_t o = 0; o < out; ++o)
    for (std::size_t c = 0; c < in; ++c)
      scores[c] += step.out[o] * std::fabs(static_cast<double>(w[rows ? o * in + c : c * out + o]));
  return scores;
}

Scores normalization(const Step& step, std::size_t operand) {
  const Tensor *scale = step.constant(1), *variance = step.constant(4);
  Scores scores = pass(step, operand);
  if (!scale || !variance) return scores;
  const double epsilon = step.node.attributes.real("epsilon", 1e-5);
  for (std::size_t c = 0; c < scores.size(); ++c)
    scores[c] *= std::fabs(static_cast<double>(scale->values<float>()[c])) /
                 std::sqrt(static_cast<double>(variance->values<float>()[c]) + epsilon);
  return scores;
}

Scores concatenation(const Step& step, std::size_t operand) {
  if (step.node.attributes.integer("axis", 0) != 1) return pass(step, operand);
  std::size_t first = 0;
  for (std::size_t i = 0; i < operand; ++i)
    first += static_cast<std::size_t>(step.channels(step.node.inputs[i]));
  const auto begin = step.out.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + step.channels(step.node.inputs[operand])};
}

struct RuleRow {
  std::string_view op;
  Rule rule;
};
constexpr RuleRow kRules[] = {{"Conv", convolution},
                              {"Gemm", product},
                              {"MatMul", product},
                              {"BatchNormalization", normalization},
                              {"Concat", concatenation}};

Rule rule_of(const graph::Node& node) {
  const auto row = std::ranges::find(kRules, node.op, &RuleRow::op);
  return row == std::end(kRules) ? pass : row->rule;
}

}  // namespace

std::vector<std::vector<double>> channel_importance(const graph::Graph& graph, const WeightsNow& weights) {
  std::vector<Scores> all(graph.value_count());
  const auto add = [&](graph::ValueId id, const Scores& scores) {
    Scores& sum = all[static_cast<std::size_t>(id)];
    if (sum.size() < scores.size()) sum.resize(scores.size(), 0.0);
    for (std::size_t i = 0; i < scores.size(); ++i) sum[i] += scores[i];
  };
  for (const graph::ValueId id : graph.outputs)
    if (const Shape& shape = graph.value(id).desc.shape; shape.rank() >= 2)
      add(id, Scores(static_cast<std::size_t>(shape[1]), 1.0));
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node)
    for (const graph::ValueId out : node->outputs) {
      // What reads a value comes after it: its sum is whole.
      const Scores scores = out == graph::kNoValue ? Scores{} : all[static_cast<std::size_t>(out)];
      if (scores.empty()) continue;
      const Step step{graph, *node, weights, scores};
      for (std::size_t i = 0; i < node->inputs.size(); ++i)
        if (const graph::ValueId in = node->inputs[i];
            in != graph::kNoValue && !graph.constant(in) && step.channels(in) > 0)
          add(in, rule_of(*node)(step, i));
    }
  return all;
}

std::vector<double> group_importance(const GroupGrid& grid, const Tensor& weights,
                                     const std::vector<double>& outputs) {
  const std::span<const float> w = weights.values<float>();
  std::vector<double> sums(static_cast<std::size_t>(grid.count()), 0.0);
  for (std::int64_t g = 0; g < grid.count(); ++g) {
    const GroupExtent e = grid.extent(g);
    double& sum = sums[static_cast<std::size_t>(g)];
    for (std::int64_t oc = e.oc_begin; oc < e.oc_end; ++oc)
      for (std::int64_t ic = e.ic_begin; ic < e.ic_end; ++ic)
        for (std::int64_t p = e.position_begin; p < e.position_end; ++p)
          sum += outputs[static_cast<std::size_t>(oc)] *
                 std::fabs(static_cast<double>(
                     w[static_cast<std::size_t>((oc * grid.input_channels() + ic) * grid.positions() + p)]));
  }
  return sums;
}

}  // namespace rt3d::pruning
