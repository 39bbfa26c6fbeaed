#include "cli/prune/planned_layers.h"

#include <array>
#include <charconv>

#include "cli/parts/failure.h"
#include "cli/prune/stage_lines.h"
#include "cli/prune/time_target.h"
#include "pruner/one_shot.h"
#include "pruner/runs/methods.h"

namespace rt3d::cli {

PlannedLayers plan_layers(const TrainingRequest& request, pruner::Network& network,
                          const std::map<std::string, Shape>& shapes,
                          const std::vector<std::vector<at::Tensor>>& clips) {
  const StageProgress progress = StageLines(request.quiet);
  pruner::OneShotRequest how;
  how.criterion = pruner::row_of(request.plan.method).criterion;
  how.keep_dense = request.plan.keep_dense;
  how.threads = request.plan.threads;
  how.progress = progress;
  SessionOptions session = request.training.session;
  session.threads = request.plan.threads;
  session.quiet = request.quiet;
  const at::NoGradGuard without_gradients;
  pruner::OneShot one_shot(network, request.schemes, how);
  TimeTarget time(request.model, shapes, request.time, session);
  TimePlan plan = time.plan(one_shot, progress);
  one_shot.see(clips);
  one_shot.order();
  const std::vector<pruner::LayerChoice> choices = time.choose(one_shot, plan, progress);
  PlannedLayers planned{{}, plan.table(choices)};
  const pruner::LayerSurvey& survey = one_shot.survey();
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (choices[i].kept < 1)
      planned.layers.push_back(
          {survey.rows[survey.convs[i].row].name, 1 - choices[i].kept, request.schemes[choices[i].scheme]});
  if (planned.layers.empty())
    throw UsageError("--target: so little less time is met by no layer losing anything: ask for more");
  return planned;
}

std::string layer_text(const pruner::LayerPlan& layer) {
  std::array<char, 32> share{};
  const auto end = std::to_chars(share.data(), share.data() + share.size(), layer.share).ptr;
  return join(layer.name, "=", std::string(share.data(), end), ",", layer.groups.text());
}

}  // namespace rt3d::cli
