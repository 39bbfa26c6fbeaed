// rt3d-prune MODEL --calibrate CLIPS: structured zeros from a few videos, without labels and without training.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/thread_pool.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/parts/table.h"
#include "cli/prune/calibration_clips.h"
#include "cli/prune/commands.h"
#include "cli/prune/prune_report.h"
#include "cli/prune/prune_target.h"
#include "cli/prune/prune_training.h"
#include "cli/prune/recipe.h"
#include "cli/prune/resume.h"
#include "cli/prune/time_target.h"
#include "graph/model.h"
#include "pruner/one_shot.h"
#include "pruner/tensors.h"
#include "pruner/transforms.h"
#include "pruning/group_grid.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct PruneOptions {
  std::string model, calibrate, output, db;
  std::string scheme = "kgs:8x4", target, method = "one-shot";
  std::vector<std::string> keep_dense;
  int clips = 64, threads = 0;
  bool as_json = false, quiet = false;
  PruneTrainingOptions labelled;
};

// Of the methods that choose groups by themselves.
struct MethodRow {
  const char* name;
  pruner::Criterion criterion;
};
constexpr MethodRow kMethods[] = {{"one-shot", pruner::Criterion::second_order},
                                  {"heuristic", pruner::Criterion::importance},
                                  {"magnitude", pruner::Criterion::magnitude}};

pruner::Criterion criterion_of(const std::string& method) {
  for (const MethodRow& row : kMethods)
    if (method == row.name) return row.criterion;
  throw UsageError("--method " + method + " trains: give labelled videos with --data");
}

void declare_prune(CLI::App& app, PruneOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file of a trained model");
  app.add_option("--calibrate", options.calibrate,
                 "Videos like those that the model is for, without labels: a folder, or a file")
      ->type_name("CLIPS");
  app.add_option("--clips", options.clips,
                 "How many of these (or of --data's to train with) are looked at, evenly spread")
      ->transform(whole_number(1, 100000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--scheme", options.scheme,
                 "What goes together: kgs:GMxGN (input channels at a kernel position), vanilla:GMxGN (at all "
                 "positions), winograd:GMxGN (at a point of Winograd's transform domain), or filter (whole "
                 "ones, gone from the file with what reads them); for a target "
                 "in time several with commas between, of which each layer gets one")
      ->type_name("SPEC")
      ->capture_default_str();
  app.add_option(
         "--target", options.target,
         "2.6x: times fewer multiply-adds of the whole model; 40ms: a run on this machine; 2x-faster: "
         "than the dense model on this machine")
      ->type_name("GOAL");
  app.add_option(
         "--method", options.method,
         "one-shot: what stays is fitted to make up for what goes; heuristic: what later layers read "
         "least goes, nothing is fitted; magnitude: the smallest weights go, the baseline; with --data "
         "also reweighted: training empties the groups that matter least; lasso: all groups pressed "
         "alike")
      ->type_name("HOW")
      ->check(CLI::IsMember(trained_methods()))
      ->capture_default_str();
  app.add_option("--keep-dense", options.keep_dense,
                 "A layer that loses nothing, by its name or its weights'; NAME* for all names that begin "
                 "so; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("-o,--output", options.output, "ONNX file to write")->type_name("FILE");
  app.add_option("--threads", options.threads, "Threads, of a measured run too (default: all usable cores)")
      ->transform(whole_number(1, 1024))
      ->type_name("N");
  app.add_option("--db", options.db,
                 "Tuning database of what is measured; none: keep nothing (default: the user's own)")
      ->type_name("FILE");
  app.add_flag("--json", options.as_json, "Print JSON");
  app.add_flag("--quiet", options.quiet, "Show no progress");
  add_prune_training_options(app, options.labelled);
}

// Multiply-adds alone always speak for the smallest groups.
void require_schemes(const std::vector<pruning::GroupSpec>& schemes, const PruneTarget& target) {
  if (schemes.size() > 1 && !target.is_time())
    throw UsageError(
        "--scheme: several schemes compete by time: give a --target like 40ms or 2x-faster, or one "
        "scheme");
  for (const pruning::GroupSpec& scheme : schemes) {
    if (schemes.size() > 1 && scheme.scheme == pruning::GroupScheme::filter)
      throw UsageError(
          "--scheme: filters go from all layers that share them, and compete with no other scheme: give "
          "filter by itself");
    if (schemes.size() > 1 && scheme.scheme == pruning::GroupScheme::winograd)
      throw UsageError(
          "--scheme: weights are pruned where they are, in Winograd's domain or not: give winograd by "
          "itself");
    if (target.is_time() && scheme.scheme == pruning::GroupScheme::winograd)
      throw UsageError("--scheme " + scheme.text() +
                       ": layers in Winograd's domain are not timed yet: give a --target like 2.6x");
    if (target.is_time() && !pruning::runs_sparse(scheme))
      throw UsageError(
          join("--scheme ", scheme.text(),
               ": the runtime has no code that gains time by such groups; those of 4, 8, 16 or 32 "
               "output and 1, 4 or 8 input channels do (docs/sparsity.md)"));
  }
}

// A line per stage, which grows on a terminal.
class StageLines {
 public:
  explicit StageLines(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}
  void operator()(const std::string& stage, std::size_t done, std::size_t all) const {
    if (quiet_ || (!terminal_ && done < all)) return;
    std::fprintf(stderr, "%s%s %zu/%zu%s", terminal_ ? "\r" : "", stage.c_str(), done, all,
                 done == all ? "\n" : "");
    std::fflush(stderr);
  }

 private:
  bool quiet_, terminal_;
};

std::vector<std::vector<at::Tensor>> tensors_of(const CalibrationClips& read) {
  std::vector<std::vector<at::Tensor>> clips;
  for (const std::vector<Tensor>& clip : read.clips) {
    std::vector<at::Tensor>& inputs = clips.emplace_back();
    for (const Tensor& tensor : clip) inputs.push_back(pruner::torch_tensor(tensor));
  }
  return clips;
}

// The class of each clip: the largest of the first output.
std::vector<std::int64_t> classes_of(pruner::Network& network,
                                     const std::vector<std::vector<at::Tensor>>& clips) {
  const at::NoGradGuard without_gradients;
  std::vector<std::int64_t> classes;
  for (const std::vector<at::Tensor>& clip : clips)
    classes.push_back(network.run(clip, pruner::Mode::evaluation)[0].argmax().item<std::int64_t>());
  return classes;
}

// What both ways of pruning start from.
struct Job {
  const PruneOptions& options;
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
  session.db = job.options.db;
  session.quiet = job.options.quiet;
  return std::optional<TimeTarget>(std::in_place, job.options.model, job.read.shapes, job.target, session);
}

// Writes the model, measures it where that was asked for, and tells.
void finish(const Job& job, pruner::Network& network, const pruner::OneShotReport& report,
            const std::map<std::string, Tensor>& constants, graph::Shapes shapes,
            std::optional<TimeTarget>& time) {
  const PruneOptions& options = job.options;
  const std::map<std::string, std::string> properties = {{kPrunedGroups, options.scheme},
                                                         {kPrunedMethod, options.method},
                                                         {kPrunedRate, fixed(report.rate(), 3)}};
  write_whole(options.output, [&](const std::filesystem::path& file) {
    const std::vector<graph::TransformedConstant> transformed = network.transformed();
    graph::save_with_constants(options.model, constants, properties, file, shapes, &transformed);
  });
  PruneResult result{.model = options.model,
                     .output = options.output,
                     .scheme = options.scheme,
                     .method = options.method,
                     .report = report,
                     .clips = job.clips.size(),
                     .unreadable = job.read.unreadable,
                     .times = {}};
  const std::vector<std::int64_t> after = classes_of(network, job.clips);
  for (std::size_t i = 0; i < after.size(); ++i) result.same_class += report.classes_before[i] == after[i];
  if (time) {
    result.times = time->measure_written(options.output);
    result.goal_ns = time->goal_ns(result.times->dense_ns);
  }
  if (options.as_json)
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
  } else if (const std::string table = time->choose(one_shot, *plan, job.request.progress);
             !job.options.as_json) {
    std::printf("%s\n", table.c_str());
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

// With labelled videos.
TrainingRequest request_of(const PruneOptions& options) {
  require_given(options.model, "MODEL");
  require_given(options.output, "-o");
  require_given(options.labelled.training.run, "--run");
  refuse_dash("-o", options.output);
  return prune_request({.model = options.model,
                        .output = options.output,
                        .scheme = options.scheme,
                        .target = options.target,
                        .method = options.method,
                        .keep_dense = options.keep_dense,
                        .db = options.db,
                        .examples = options.clips,
                        .threads = options.threads,
                        .as_json = options.as_json,
                        .quiet = options.quiet},
                       options.labelled);
}

// The scheme winograd prunes weights that the dense model does not have yet.
graph::Graph transformed_where_asked(const graph::Graph& model, const Job& job) {
  if (job.schemes[0].scheme != pruning::GroupScheme::winograd) return model;
  return pruner::with_transforms(model, job.read.shapes, job.options.keep_dense,
                                 [](const pruner::PrunableLayer&) { return true; });
}

// With videos alone.
void run_one_shot(const PruneOptions& options) {
  require_given(options.model, "MODEL");
  require_given(options.target, "--target");
  require_given(options.output, "-o");
  refuse_dash("-o", options.output);
  Job job{.options = options,
          .target = parse_prune_target(options.target),
          .schemes = as_said([&] { return pruning::parse_group_specs(options.scheme); }),
          .request = {.groups = {},
                      .criterion = criterion_of(options.method),
                      .keep_dense = options.keep_dense,
                      .threads = options.threads > 0 ? options.threads : usable_cores(),
                      .progress = StageLines(options.quiet)},
          .read = {},
          .clips = {}};
  require_schemes(job.schemes, job.target);
  check_output(options.output);
  const graph::Graph model = graph::load_onnx(options.model);
  job.read = read_calibration_clips(options.calibrate, static_cast<std::size_t>(options.clips), model);
  job.clips = tensors_of(job.read);
  const at::NoGradGuard without_gradients;
  as_said([&] {
    pruner::Network network(transformed_where_asked(model, job), job.read.shapes);
    job.schemes[0].scheme == pruning::GroupScheme::filter ? prune_filters(job, network)
                                                          : prune_groups(job, network);
  });
}

void run_prune(CLI::App& app, const PruneOptions& options) {
  if (!options.labelled.resume.empty())
    return resume({options.labelled.resume, options.threads, options.as_json, options.quiet});
  if (!options.labelled.recipe.empty()) apply_recipe(app, options.labelled.recipe);
  const bool labelled = !options.labelled.data.data.empty();
  if (labelled && !options.calibrate.empty())
    throw UsageError(
        "--calibrate and --data are both given: videos without labels, or labelled ones to train with");
  if (!labelled) {
    if (options.calibrate.empty())
      throw UsageError("--calibrate is missing, or --data (rt3d-prune --help says more)");
    refuse_training_options(app);
    return run_one_shot(options);
  }
  json recipe = recipe_of(app);
  recipe["command"] = "prune";
  begin_run(request_of(options), std::move(recipe));
}

}  // namespace

Runner prune_model(CLI::App& app) {
  auto options = std::make_shared<PruneOptions>();
  declare_prune(app, *options);
  return [&app, options] { run_prune(app, *options); };
}

TrainingRequest prune_request_of(const std::filesystem::path& recipe) {
  return request_of(options_of(recipe, declare_prune));
}

}  // namespace rt3d::cli
