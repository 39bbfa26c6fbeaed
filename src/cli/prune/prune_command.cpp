// rt3d-prune MODEL: its options, and which way of pruning they ask for.
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/prune/commands.h"
#include "cli/prune/prune_from_clips.h"
#include "cli/prune/prune_training.h"
#include "cli/prune/recipe.h"
#include "cli/prune/resume.h"
#include "pruner/runs/methods.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct PruneOptions {
  PruneGoal goal;
  PruneTrainingOptions labelled;
};

void declare_prune(CLI::App& app, PruneOptions& options) {
  PruneGoal& goal = options.goal;
  std::vector<std::string> methods;
  for (const pruner::MethodRow& row : pruner::pruning_methods()) methods.emplace_back(row.name);
  app.add_option("MODEL", goal.model, "ONNX file of a trained model");
  app.add_option("--calibrate", goal.calibrate,
                 "Videos like those that the model is for, without labels: a folder, or a file")
      ->type_name("CLIPS");
  app.add_option("--clips", goal.clips,
                 "How many of these (or of --data's to train with) are looked at, evenly spread")
      ->transform(whole_number(1, 100000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--scheme", goal.scheme,
                 "What goes together: kgs:GMxGN (input channels at a kernel position), vanilla:GMxGN (at all "
                 "positions), winograd:GMxGN (at a point of Winograd's transform domain), or filter (whole "
                 "ones, gone from the file with what reads them); for a target "
                 "in time several with commas between, of which each layer gets one")
      ->type_name("SPEC")
      ->capture_default_str();
  app.add_option(
         "--target", goal.target,
         "2.6x: times fewer multiply-adds of the whole model; 40ms: a run on this machine; 2x-faster: "
         "than the dense model on this machine")
      ->type_name("GOAL");
  app.add_option(
         "--method", goal.method,
         "one-shot: what stays is fitted to make up for what goes; heuristic: what later layers read "
         "least goes, nothing is fitted; magnitude: the smallest weights go, the baseline; with --data "
         "also reweighted: training empties the groups that matter least; lasso: all groups pressed "
         "alike; these two not for filters")
      ->type_name("HOW")
      ->check(CLI::IsMember(methods))
      ->capture_default_str();
  app.add_option("--keep-dense", goal.keep_dense,
                 "A layer that loses nothing, by its name or its weights'; NAME* for all names that begin "
                 "so; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("-o,--output", goal.output, "ONNX file to write")->type_name("FILE");
  app.add_option("--threads", goal.threads, "Threads, of a measured run too (default: all usable cores)")
      ->transform(whole_number(1, 1024))
      ->type_name("N");
  app.add_option("--db", goal.db,
                 "Tuning database of what is measured; none: keep nothing (default: the user's own)")
      ->type_name("FILE");
  app.add_flag("--json", goal.as_json, "Print JSON");
  app.add_flag("--quiet", goal.quiet, "Show no progress");
  add_prune_training_options(app, options.labelled);
}

// With labelled videos.
TrainingRequest request_of(const PruneOptions& options) {
  require_given(options.goal.model, "MODEL");
  require_given(options.goal.output, "-o");
  require_given(options.labelled.training.run, "--run");
  refuse_dash("-o", options.goal.output);
  return prune_request(options.goal, options.labelled);
}

void run_prune(CLI::App& app, const PruneOptions& options) {
  if (!options.labelled.resume.empty())
    return resume({options.labelled.resume, options.goal.threads, options.goal.as_json, options.goal.quiet});
  if (!options.labelled.recipe.empty()) apply_recipe(app, options.labelled.recipe);
  const bool labelled = !options.labelled.data.data.empty();
  if (labelled && !options.goal.calibrate.empty())
    throw UsageError(
        "--calibrate and --data are both given: videos without labels, or labelled ones to train with");
  if (!labelled) {
    if (options.goal.calibrate.empty())
      throw UsageError("--calibrate is missing, or --data (rt3d-prune --help says more)");
    refuse_training_options(app);
    return prune_from_clips(options.goal);
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
