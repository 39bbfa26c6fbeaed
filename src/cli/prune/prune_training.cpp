#include "cli/prune/prune_training.h"

#include <CLI/CLI.hpp>

#include "base/real_text.h"
#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"
#include "cli/prune/commands.h"
#include "cli/prune/prune_target.h"
#include "pruner/runs/methods.h"

namespace rt3d::cli {
namespace {

// "NAME=SHARE", "NAME=SHARE,SCHEME".
pruner::LayerPlan parse_layer(const std::string& text, const pruning::GroupSpec& scheme) {
  pruner::LayerPlan plan;
  const std::size_t equals = text.rfind('=');
  const std::size_t comma = equals == std::string::npos ? equals : text.find(',', equals);
  const std::string share = equals == std::string::npos ? "" : text.substr(equals + 1, comma - equals - 1);
  plan.share = parse_real(share).value_or(0);
  if (!(plan.share > 0 && plan.share < 1))
    throw UsageError(
        "--layer " + text +
        ": give a layer and the share of its groups that goes, above 0 and below 1, and, if it is another, "
        "the scheme: conv2=0.6 or conv2=0.6,vanilla:8x4");
  plan.name = text.substr(0, equals);
  plan.groups = comma == std::string::npos
                    ? scheme
                    : as_said([&] { return pruning::parse_group_spec(text.substr(comma + 1)); });
  return plan;
}

}  // namespace

void add_prune_training_options(CLI::App& app, PruneTrainingOptions& options) {
  app.add_option("--recipe", options.recipe, "JSON file with these options; the command line wins")
      ->type_name("FILE");
  app.add_option("--resume", options.resume, "Go on with the run in this folder, whichever command began it")
      ->type_name("DIR");
  add_data_options(app, options.data);
  add_training_options(app, options.training, "[REGULARIZE,]RETRAIN");
  app.add_option(
         "--layer", options.layers,
         "Instead of --target: a layer, by its name or its weights', the share of its groups that goes, and, "
         "if it is another, its scheme; repeatable; all others stay dense")
      ->type_name("NAME=SHARE[,SPEC]")
      ->allow_extra_args(false)
      ->group("Training (docs/pruning.md)");
  app.add_option("--distill", options.training.distill,
                 "Share of the loss in retraining that is the dense model's answers; the labels' is the rest")
      ->transform(finite_number(0, 1))
      ->type_name("SHARE")
      ->group("Training (docs/pruning.md)")
      ->capture_default_str();
}

void refuse_training_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options())
    if (option->count() > 0 && option->get_group().find('(') != std::string::npos)
      throw UsageError(option->get_name() + " is of no use with --calibrate: give it with --data");
}

TrainingRequest prune_request(const PruneGoal& goal, const PruneTrainingOptions& options) {
  TrainingRequest request{.model = goal.model,
                          .output = goal.output,
                          .data = options.data,
                          .training = options.training,
                          .plan = {},
                          .time = {},
                          .schemes = as_said([&] { return pruning::parse_group_specs(goal.scheme); }),
                          .metadata = {},
                          .as_json = goal.as_json,
                          .quiet = goal.quiet};
  pruner::RunPlan& plan = request.plan;
  plan.method = pruner::find_method(goal.method)->method;
  plan.groups = request.schemes[0];
  for (const std::string& layer : options.layers) plan.layers.push_back(parse_layer(layer, plan.groups));
  if (goal.target.empty() == plan.layers.empty())
    throw UsageError(
        "--target or --layer is missing, or both are given: a rate for the whole model, or shares of single "
        "layers");
  if (!goal.target.empty()) {
    const PruneTarget target = parse_prune_target(goal.target);
    require_schemes(request.schemes, target);
    (target.is_time() ? request.time.value : plan.rate) = target.value;
    request.time.kind = target.kind;
  }
  as_said([&] { pruner::check(plan); });  // before anything is planned by time
  plan.keep_dense = goal.keep_dense;
  plan.examples = goal.clips;
  apply(options.training, goal.threads, plan);
  request.training.session.db = goal.db;
  request.metadata = {{kPrunedGroups, goal.scheme}, {kPrunedMethod, goal.method}};
  return request;
}

}  // namespace rt3d::cli
