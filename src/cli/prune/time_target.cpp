#include "cli/prune/time_target.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include "cli/parts/failure.h"
#include "cli/parts/temporary_folder.h"
#include "cli/prune/layer_times.h"
#include "graph/model.h"

namespace rt3d::cli {
namespace {

constexpr int kCorrections = 5;
constexpr double kCloseEnough =
    0.015;  // of the target, in a measurement of the same zeros without fitted weights

std::vector<std::string> conv_names(const pruner::LayerSurvey& survey) {
  std::vector<std::string> names;
  for (const pruner::PrunableConv& conv : survey.convs) names.push_back(survey.rows[conv.row].name);
  return names;
}

}  // namespace

TimeTarget::TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes,
                       const PruneTarget& target, const SessionOptions& options,
                       const pruner::OneShot& one_shot, const Progress& progress)
    : model_(model), target_(target), timer_(model, shapes, options) {
  std::vector<LayerTimes> layers =
      measure_layers(timer_.steps(), conv_names(one_shot.survey()), one_shot.schemes(), options,
                     [&](std::size_t done, std::size_t all) { progress("measured layers", done, all); });
  const double dense_ns = timer_.dense_ns();
  plan_.emplace(one_shot.survey(), one_shot.schemes(), std::move(layers), dense_ns);
  plan_->require_reachable(goal_ns(dense_ns));
}

double TimeTarget::goal_ns(double dense_ns) const {
  return target_.kind == PruneTarget::Kind::time ? target_.value * 1e6 : dense_ns / target_.value;
}

std::string TimeTarget::choose(pruner::OneShot& one_shot, const Progress& progress) {
  plan_->weigh(one_shot);
  const TemporaryFolder folder(std::filesystem::temp_directory_path(), "rt3d-prune-");
  const std::filesystem::path masked = folder.path() / "masked.onnx";
  std::vector<pruner::LayerChoice> best;
  double best_error = std::numeric_limits<double>::infinity(), aim = goal_ns(plan_->dense_ns());
  for (int i = 0; i < kCorrections && best_error > kCloseEnough; ++i) {
    progress("measured choices", static_cast<std::size_t>(i), kCorrections);
    const std::vector<pruner::LayerChoice> choices = plan_->choose_near(aim);
    one_shot.choose(choices);
    graph::save_with_constants(model_, one_shot.masked_weights(), {}, masked);
    const ModelTimer::Times times = timer_.compare(masked);
    const double goal = goal_ns(times.dense_ns), error = std::fabs(times.pruned_ns / goal - 1);
    if (error < best_error) {
      best_error = error;
      best = choices;
    }
    aim *= goal / times.pruned_ns;
  }
  progress("measured choices", kCorrections, kCorrections);
  one_shot.choose(best);
  return plan_->table(best);
}

}  // namespace rt3d::cli
