#include "cli/prune/time_target.h"

#include <algorithm>
#include <filesystem>

#include "cli/parts/failure.h"
#include "cli/parts/temporary_folder.h"
#include "cli/prune/layer_times.h"
#include "cli/prune/time_correction.h"

namespace rt3d::cli {
namespace {

constexpr int kCorrections = 3;               // of groups: what was measured comes close at once
constexpr int kFilterCorrections = 6;         // of filters, whose times change in steps
constexpr std::int64_t kChoiceTuneMs = 8000;  // of a choice: little of it was not measured before
constexpr double kLeastRate = 1.02;

std::vector<std::string> conv_names(const pruner::LayerSurvey& survey) {
  std::vector<std::string> names;
  for (const pruner::PrunableConv& conv : survey.convs) names.push_back(survey.rows[conv.row].name);
  return names;
}

}  // namespace

TimeTarget::TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes,
                       const PruneTarget& target, const SessionOptions& options)
    : model_(model), target_(target), timer_(model, shapes, options), dense_ns_(timer_.dense_ns()) {
  if (goal_ns(dense_ns_) >= dense_ns_)
    throw UsageError(join("--target: the dense model takes ", milliseconds(dense_ns_),
                          " ms on this machine, and ", milliseconds(goal_ns(dense_ns_)),
                          " ms are asked for: give less"));
}

double TimeTarget::goal_ns(double dense_ns) const {
  return target_.kind == PruneTarget::Kind::time ? target_.value * 1e6 : dense_ns / target_.value;
}

TimePlan TimeTarget::plan(const pruner::OneShot& one_shot, const Progress& progress) {
  const ModelTimes times = measure_layers(
      conv_names(one_shot.survey()), one_shot.schemes().size(),
      [&](std::size_t scheme, double kept, std::int64_t tune_ms) {
        return measure(one_shot.random_weights(scheme, kept), graph::Shapes::stay, tune_ms, Care::quick);
      },
      [&](std::size_t done, std::size_t all) { progress("measured models", done, all); });
  TimePlan plan(one_shot.survey(), one_shot.schemes(), times);
  plan.require_reachable(goal_ns(times.dense_ns));
  return plan;
}

Comparison TimeTarget::measure(const std::map<std::string, Tensor>& constants, graph::Shapes shapes,
                               std::int64_t tune_ms, Care care) {
  const TemporaryFolder folder(std::filesystem::temp_directory_path(), "rt3d-prune-");
  const std::filesystem::path file = folder.path() / "choice.onnx";
  graph::save_with_constants(model_, constants, {}, file, shapes);
  return timer_.compare(file, tune_ms, care);
}

double TimeTarget::excess(const std::map<std::string, Tensor>& constants, graph::Shapes shapes) {
  const Times times = measure(constants, shapes, kChoiceTuneMs, Care::thorough).whole();
  return times.pruned_ns / goal_ns(times.dense_ns);
}

Times TimeTarget::measure_written(const std::string& path) {
  return timer_.compare(path, kChoiceTuneMs, Care::thorough).whole();
}

std::vector<pruner::LayerChoice> TimeTarget::choose(pruner::OneShot& one_shot, TimePlan& plan,
                                                    const Progress& progress) {
  plan.weigh(one_shot);
  std::vector<pruner::LayerChoice> choices;
  correct(
      goal_ns(plan.dense_ns()) / plan.dense_ns(), kCorrections, progress,
      [&](double aim) {
        choices = plan.choose_near(aim * plan.dense_ns());
        one_shot.choose(choices);
      },
      [&] { return excess(one_shot.masked_weights(), graph::Shapes::stay); });
  return choices;
}

double TimeTarget::choose(pruner::FilterPruning& filters, const Progress& progress) {
  double rate = 1;
  correct(
      goal_ns(dense_ns_) / dense_ns_, kFilterCorrections, progress,
      [&](double aim) {
        rate = std::max(kLeastRate, 1 / aim);
        filters.choose(rate);
      },
      [&] { return excess(filters.cut_weights(), graph::Shapes::may_differ); });
  return rate;
}

}  // namespace rt3d::cli
