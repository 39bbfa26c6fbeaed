#include "cli/prune/time_planned_run.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/table.h"
#include "cli/prune/stage_lines.h"
#include "cli/prune/time_target.h"
#include "pruner/filter_pruning.h"
#include "pruner/one_shot.h"
#include "pruner/runs/methods.h"

namespace rt3d::cli {
namespace {

// That reads back as the same number.
std::string exact_text(double number) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

// As --layer takes it: "conv2=0.65,kgs:8x4".
std::string layer_text(const pruner::LayerPlan& layer) {
  return join(layer.name, "=", exact_text(layer.share), ",", layer.groups.text());
}

TimedPlan plan_groups(const TrainingRequest& request, pruner::OneShot& one_shot, TimeTarget& time,
                      const std::vector<std::vector<at::Tensor>>& clips, const StageProgress& progress) {
  TimePlan plan = time.plan(one_shot, progress);
  one_shot.see(clips);
  one_shot.order();
  const std::vector<pruner::LayerChoice> choices = time.choose(one_shot, plan, progress);
  TimedPlan planned{.layers = {}, .rate = 1, .table = plan.table(choices)};
  const pruner::LayerSurvey& survey = one_shot.survey();
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (choices[i].kept < 1)
      planned.layers.push_back(
          {survey.rows[survey.convs[i].row].name, 1 - choices[i].kept, request.schemes[choices[i].scheme]});
  if (planned.layers.empty())
    throw UsageError("--target: so little less time is met by no layer losing anything: ask for more");
  return planned;
}

TimedPlan plan_filters(pruner::FilterPruning& filters, TimeTarget& time,
                       const std::vector<std::vector<at::Tensor>>& clips, const StageProgress& progress) {
  filters.see(clips);
  const double rate = time.choose(filters, progress);
  return {.layers = {},
          .rate = rate,
          .table = join("by measured models, the time is met with ", fixed(rate, 3),
                        " times fewer multiply-adds\n")};
}

}  // namespace

TimedPlan plan_by_time(const TrainingRequest& request, pruner::Network& network,
                       const std::map<std::string, Shape>& shapes,
                       const std::vector<std::vector<at::Tensor>>& clips) {
  pruner::OneShotRequest how;
  how.criterion = pruner::row_of(request.plan.method).criterion;
  how.keep_dense = request.plan.keep_dense;
  how.threads = request.plan.threads;
  how.progress = StageLines(request.quiet);
  SessionOptions session = request.training.session;
  session.threads = request.plan.threads;
  session.quiet = request.quiet;
  const at::NoGradGuard without_gradients;
  if (pruner::cuts_filters(request.plan)) {
    pruner::FilterPruning filters(network, how);
    TimeTarget time(request.model, shapes, request.time, session);
    return plan_filters(filters, time, clips, how.progress);
  }
  pruner::OneShot one_shot(network, request.schemes, how);
  TimeTarget time(request.model, shapes, request.time, session);
  return plan_groups(request, one_shot, time, clips, how.progress);
}

void enter(const TimedPlan& planned, pruner::RunPlan& plan, nlohmann::json& recipe) {
  recipe["planned_for"] = recipe["target"];
  recipe.erase("target");
  if (planned.layers.empty()) {
    plan.rate = planned.rate;
    recipe["target"] = exact_text(plan.rate) + "x";
    return;
  }
  plan.layers = planned.layers;
  for (const pruner::LayerPlan& layer : plan.layers) recipe["layer"].push_back(layer_text(layer));
}

}  // namespace rt3d::cli
