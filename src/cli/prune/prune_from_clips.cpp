#include "cli/prune/prune_from_clips.h"

#include <cstdio>
#include <optional>

#include "base/thread_pool.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/output_file.h"
#include "cli/parts/table.h"
#include "cli/prune/calibration_clips.h"
#include "cli/prune/commands.h"
#include "cli/prune/prune_report.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/stage_lines.h"
#include "cli/prune/time_target.h"
#include "graph/model.h"
#include "pruner/filter_pruning.h"
#include "pruner/one_shot.h"
#include "pruner/predicted_classes.h"
#include "pruner/runs/methods.h"
#include "pruner/tensors.h"
#include "pruner/transforms.h"
#include "pruning/group_grid.h"

namespace rt3d::cli {
namespace {

pruner::Criterion criterion_of(const std::string& method) {
  const pruner::MethodRow& row = *pruner::find_method(method);
  if (row.regularizes) throw UsageError("--method " + method + " trains: give labelled videos with --data");
  return row.criterion;
}

std::vector<std::vector<at::Tensor>> tensors_of(const CalibrationClips& read) {
  std::vector<std::vector<at::Tensor>> clips;
  for (const std::vector<Tensor>& clip : read.clips) {
    std::vector<at::Tensor>& inputs = clips.emplace_back();
    for (const Tensor& tensor : clip) inputs.push_back(pruner::torch_tensor(tensor));
  }
  return clips;
}

// What both ways of pruning start from.
struct Job {
  const PruneGoal& goal;
  PruneTarget target;
  std::vector<pruning::GroupSpec> schemes;
  pruner::OneShotRequest request;
  CalibrationClips read;
  std::vector<std::vector<at::Tensor>> clips;
};

std::optional<TimeTarget> time_target(const Job& job) {
  if (!job.target.is_time()) return std::nullopt;
  SessionOptions session;
  session.threads = job.request.threads;
  session.db = job.goal.db;
  session.quiet = job.goal.quiet;
  return std::optional<TimeTarget>(std::in_place, job.goal.model, job.read.shapes, job.target, session);
}

// Writes the model, measures it where that was asked for, and tells.
void finish(const Job& job, pruner::Network& network, const pruner::OneShotReport& report,
            const std::map<std::string, Tensor>& constants, graph::Shapes shapes,
            std::optional<TimeTarget>& time) {
  const PruneGoal& goal = job.goal;
  const std::map<std::string, std::string> properties = {
      {kPrunedGroups, goal.scheme}, {kPrunedMethod, goal.method}, {kPrunedRate, fixed(report.rate(), 3)}};
  write_whole(goal.output, [&](const std::filesystem::path& file) {
    const std::vector<graph::TransformedConstant> transformed = network.transformed();
    graph::save_with_constants(goal.model, constants, properties, file, shapes, &transformed);
  });
  PruneResult result{.model = goal.model,
                     .output = goal.output,
                     .scheme = goal.scheme,
                     .method = goal.method,
                     .report = report,
                     .clips = job.clips.size(),
                     .unreadable = job.read.unreadable,
                     .times = {}};
  result.same_class =
      pruner::same_classes(report.classes_before, pruner::predicted_classes(network, job.clips));
  if (time) {
    result.times = time->measure_written(goal.output);
    result.goal_ns = time->goal_ns(result.times->dense_ns);
  }
  if (goal.as_json)
    print_json(json_of(result));
  else
    print(result);
  if (const std::string missed = missed_time(result); !missed.empty()) warn(missed);
}

void prune_groups(const Job& job, pruner::Network& network) {
  pruner::OneShot one_shot(network, job.schemes, job.request);
  std::optional<TimeTarget> time = time_target(job);
  std::optional<TimePlan> plan;
  if (time) plan = time->plan(one_shot, job.request.progress);
  one_shot.see(job.clips);
  one_shot.order();
  if (!time) {
    one_shot.choose(job.target.value);
  } else {
    const std::vector<pruner::LayerChoice> choices = time->choose(one_shot, *plan, job.request.progress);
    if (!job.goal.as_json) std::printf("%s\n", plan->table(choices).c_str());
    std::fflush(stdout);
  }
  one_shot.apply(job.clips);
  finish(job, network, one_shot.report(), network.weights(), graph::Shapes::stay, time);
}

void prune_filters(const Job& job, pruner::Network& network) {
  pruner::FilterPruning filters(network, job.request);
  std::optional<TimeTarget> time = time_target(job);
  filters.see(job.clips);
  if (time)
    time->choose(filters, job.request.progress);
  else
    filters.choose(job.target.value);
  filters.apply(job.clips);
  finish(job, network, filters.report(), filters.cut_weights(), graph::Shapes::may_differ, time);
}

// The scheme winograd prunes weights that the dense model does not have yet.
graph::Graph transformed_where_asked(const graph::Graph& model, const Job& job) {
  if (job.schemes[0].scheme != pruning::GroupScheme::winograd) return model;
  return pruner::with_transforms(model, job.read.shapes, job.goal.keep_dense,
                                 [](const pruner::PrunableLayer&) { return true; });
}

}  // namespace

void prune_from_clips(const PruneGoal& goal) {
  require_given(goal.model, "MODEL");
  require_given(goal.target, "--target");
  require_given(goal.output, "-o");
  refuse_dash("-o", goal.output);
  Job job{.goal = goal,
          .target = parse_prune_target(goal.target),
          .schemes = as_said([&] { return pruning::parse_group_specs(goal.scheme); }),
          .request = {.groups = {},
                      .criterion = criterion_of(goal.method),
                      .keep_dense = goal.keep_dense,
                      .threads = goal.threads > 0 ? goal.threads : usable_cores(),
                      .progress = StageLines(goal.quiet)},
          .read = {},
          .clips = {}};
  require_schemes(job.schemes, job.target);
  check_output(goal.output);
  const graph::Graph model = graph::load_onnx(goal.model);
  job.read = read_calibration_clips(goal.calibrate, static_cast<std::size_t>(goal.clips), model);
  job.clips = tensors_of(job.read);
  const at::NoGradGuard without_gradients;
  as_said([&] {
    pruner::Network network(transformed_where_asked(model, job), job.read.shapes);
    job.schemes[0].scheme == pruning::GroupScheme::filter ? prune_filters(job, network)
                                                          : prune_groups(job, network);
  });
}

}  // namespace rt3d::cli
