#include "cli/prune/time_plan.h"

#include <algorithm>
#include <iterator>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
std::vector<double> TimePlan::shares() {
  std::vector<double> measured(std::begin(kMeasuredShares), std::end(kMeasuredShares));
  std::ranges::sort(measured);
  measured.push_back(1);
  std::vector<double> all;
  for (std::size_t i = 0; i + 1 < measured.size(); ++i) {
    all.push_back(measured[i]);
    all.push_back((measured[i] + measured[i + 1]) / 2);
  }
  return all;
}

TimePlan::TimePlan(const pruner::LayerSurvey& survey, const std::vector<pruning::GroupSpec>& schemes,
                   const ModelTimes& times)
    : dense_ns_(times.dense_ns), rest_ns_(times.dense_ns) {
  for (const pruning::GroupSpec& scheme : schemes) schemes_.push_back(scheme.text());
  for (std::size_t i = 0; i < survey.convs.size(); ++i) {
    names_.push_back(survey.rows[survey.convs[i].row].name);
    std::vector<Option>& options = options_.emplace_back();
    const LayerTimes& layer = times.layers[i];
    options.push_back({{0, 1}, {layer.dense_ns, 0}});
    rest_ns_ -= layer.dense_ns;
    for (std::size_t s = 0; s < layer.curves.size(); ++s)
      for (const double kept : shares())
        if (const double ns = layer.curves[s].ns(kept); ns < layer.dense_ns)
          options.push_back({{s, kept}, {ns, 0}});
  }
  rest_ns_ = std::max(rest_ns_, 0.0);
}

double TimePlan::fastest_ns() const {
  double sum = rest_ns_;
  for (const std::vector<Option>& options : options_)
    sum += std::ranges::min(options, {}, [](const Option& o) { return o.timed.ns; }).timed.ns;
  return sum;
}

void TimePlan::require_reachable(double ns) const {
  if (ns < fastest_ns())
    throw UsageError(join("--target: ", milliseconds(ns), " ms are out of reach: the dense model takes ",
                          milliseconds(dense_ns_), " ms, and with all that may go about ",
                          milliseconds(fastest_ns()), " ms"));
}

void TimePlan::weigh(const pruner::OneShot& one_shot) {
  for (std::size_t i = 0; i < options_.size(); ++i)
    for (Option& option : options_[i]) option.timed.loss = one_shot.loss(i, option.choice);
}

std::vector<pruner::LayerChoice> TimePlan::choose_near(double ns) const {
  std::vector<std::vector<pruning::TimedOption>> layers;
  for (const std::vector<Option>& options : options_) {
    layers.emplace_back();
    for (const Option& option : options) layers.back().push_back(option.timed);
  }
  const std::vector<std::size_t> chosen = pruning::choose_options(layers, ns - rest_ns_);
  std::vector<pruner::LayerChoice> choices;
  for (std::size_t i = 0; i < options_.size(); ++i)
    choices.push_back(
        chosen.empty() ? std::ranges::min(options_[i], {}, [](const Option& o) { return o.timed.ns; }).choice
                       : options_[i][chosen[i]].choice);
  return choices;
}

const TimePlan::Option& TimePlan::option(std::size_t conv, const pruner::LayerChoice& choice) const {
  return *std::ranges::find_if(options_[conv], [&](const Option& o) {
    return o.choice.scheme == choice.scheme && o.choice.kept == choice.kept;
  });
}

double TimePlan::ns(const std::vector<pruner::LayerChoice>& choices) const {
  double sum = rest_ns_;
  for (std::size_t i = 0; i < choices.size(); ++i) sum += option(i, choices[i]).timed.ns;
  return sum;
}

std::string TimePlan::table(const std::vector<pruner::LayerChoice>& choices) const {
  Table table("lrlrrr");
  table.add({"layer", "dense ms", "scheme", "kept", "ms", "changed"});
  table.rule();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Option& chosen = option(i, choices[i]);
    const bool dense = chosen.choice.kept == 1;
    table.add({names_[i], milliseconds(options_[i][0].timed.ns),
               dense ? "dense" : schemes_[chosen.choice.scheme], fixed(100 * chosen.choice.kept, 1) + " %",
               milliseconds(chosen.timed.ns), dense ? "" : fixed(100 * chosen.timed.loss, 2) + " %"});
  }
  table.add({"all else", milliseconds(rest_ns_), "", "", milliseconds(rest_ns_), ""});
  table.rule();
  table.add({"all", milliseconds(dense_ns_), "", "", milliseconds(ns(choices)), ""});
  return table.text();
}

}  // namespace rt3d::cli
