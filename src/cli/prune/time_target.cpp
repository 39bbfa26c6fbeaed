#include "cli/prune/time_target.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "cli/parts/failure.h"
#include "cli/parts/temporary_folder.h"
#include "cli/prune/layer_times.h"

namespace rt3d::cli {
namespace {

constexpr int kCorrections = 8;
constexpr double kCloseEnough = 0.015;  // of the target
constexpr double kLeastRate = 1.02;

std::vector<std::string> conv_names(const pruner::LayerSurvey& survey) {
  std::vector<std::string> names;
  for (const pruner::PrunableConv& conv : survey.convs) names.push_back(survey.rows[conv.row].name);
  return names;
}

// Tries choices until one is close enough; the best of them is made at the end. `choose(aim)` makes one that takes about `aim` times the
// dense model's time, `excess()` measures by what factor it takes longer than it may.
void correct(double aim, const TimeTarget::Progress& progress, const std::function<void(double)>& choose,
             const std::function<double()>& excess) {
  double best = aim, best_error = std::numeric_limits<double>::infinity();
  double too_little = 0, too_much = 1;  // of the dense model's time
  for (int i = 0; i < kCorrections && best_error > kCloseEnough; ++i) {
    progress("measured choices", static_cast<std::size_t>(i), kCorrections);
    choose(aim);
    const double factor = excess(), error = std::fabs(std::log(factor));
    if (error < best_error) {
      best_error = error;
      best = aim;
    }
    (factor > 1 ? too_much : too_little) = aim;
    aim /= factor;
    // Where times change in steps, as with whole filters, halving comes closer.
    if (aim <= too_little || aim >= too_much) aim = (too_little + too_much) / 2;
  }
  progress("measured choices", kCorrections, kCorrections);
  choose(best);
}

}  // namespace

TimeTarget::TimeTarget(const std::string& model, const std::map<std::string, Shape>& shapes,
                       const PruneTarget& target, const SessionOptions& options)
    : model_(model),
      target_(target),
      options_(options),
      timer_(model, shapes, options),
      dense_ns_(timer_.dense_ns()) {
  if (goal_ns(dense_ns_) >= dense_ns_)
    throw UsageError(join("--target: the dense model takes ", milliseconds(dense_ns_),
                          " ms on this machine, and ", milliseconds(goal_ns(dense_ns_)),
                          " ms are asked for: give less"));
}

double TimeTarget::goal_ns(double dense_ns) const {
  return target_.kind == PruneTarget::Kind::time ? target_.value * 1e6 : dense_ns / target_.value;
}

TimePlan TimeTarget::plan(const pruner::OneShot& one_shot, const Progress& progress) const {
  std::vector<LayerTimes> layers =
      measure_layers(timer_.steps(), conv_names(one_shot.survey()), one_shot.schemes(), options_,
                     [&](std::size_t done, std::size_t all) { progress("measured layers", done, all); });
  TimePlan plan(one_shot.survey(), one_shot.schemes(), std::move(layers), dense_ns_);
  plan.require_reachable(goal_ns(dense_ns_));
  return plan;
}

double TimeTarget::excess(const std::map<std::string, Tensor>& constants, graph::Shapes shapes) {
  const TemporaryFolder folder(std::filesystem::temp_directory_path(), "rt3d-prune-");
  const std::filesystem::path file = folder.path() / "choice.onnx";
  graph::save_with_constants(model_, constants, {}, file, shapes);
  const ModelTimer::Times times = timer_.compare(file);
  return times.pruned_ns / goal_ns(times.dense_ns);
}

std::string TimeTarget::choose(pruner::OneShot& one_shot, TimePlan& plan, const Progress& progress) {
  plan.weigh(one_shot);
  std::vector<pruner::LayerChoice> choices;
  correct(
      goal_ns(dense_ns_) / dense_ns_, progress,
      [&](double aim) {
        choices = plan.choose_near(aim * dense_ns_);
        one_shot.choose(choices);
      },
      [&] { return excess(one_shot.masked_weights(), graph::Shapes::stay); });
  return plan.table(choices);
}

void TimeTarget::choose(pruner::FilterPruning& filters, const Progress& progress) {
  correct(
      goal_ns(dense_ns_) / dense_ns_, progress,
      [&](double aim) { filters.choose(std::max(kLeastRate, 1 / aim)); },
      [&] { return excess(filters.cut_weights(), graph::Shapes::may_differ); });
}

}  // namespace rt3d::cli
