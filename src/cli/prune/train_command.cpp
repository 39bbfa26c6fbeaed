// rt3d-prune train: the weights of an ONNX network from labelled videos, with nothing pruned.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/prune/commands.h"
#include "cli/prune/recipe.h"
#include "cli/prune/resume.h"
#include "cli/prune/training_run.h"

namespace rt3d::cli {
namespace {

struct TrainOptions {
  std::string model, output, recipe;
  DataOptions data;
  TrainingOptions training;
  int threads = 0;
  std::string optimizer = "sgd";
  bool from_scratch = false, as_json = false, quiet = false;
};

void declare_train(CLI::App& app, TrainOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file");
  app.add_option("-o,--output", options.output, "ONNX file to write")->type_name("FILE");
  app.add_flag("--from-scratch", options.from_scratch,
               "Begin with random weights (He initialisation) instead of the file's");
  app.add_option(
         "--optimizer", options.optimizer,
         "sgd: gradient descent with momentum; adamw: Adam, for networks without normalisation (--lr 0.001)")
      ->check(CLI::IsMember({"sgd", "adamw"}))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--recipe", options.recipe, "JSON file with these options; the command line wins")
      ->type_name("FILE");
  app.add_option("--threads", options.threads, "Threads (default: all usable cores)")
      ->transform(whole_number(1, 1024))
      ->type_name("N");
  app.add_option("--db", options.training.session.db,
                 "Tuning database of what is measured; none: keep nothing (default: the user's own)")
      ->type_name("FILE");
  app.add_flag("--json", options.as_json, "Print JSON");
  app.add_flag("--quiet", options.quiet, "Show no progress");
  add_data_options(app, options.data);
  add_training_options(app, options.training, "N");
}

TrainingRequest train_request(const TrainOptions& options) {
  require_given(options.model, "MODEL");
  require_given(options.output, "-o");
  require_given(options.training.run, "--run");
  refuse_dash("-o", options.output);
  TrainingRequest request{.model = options.model,
                          .output = options.output,
                          .data = options.data,
                          .training = options.training,
                          .plan = {},
                          .time = {},
                          .schemes = {},
                          .metadata = {},
                          .as_json = options.as_json,
                          .quiet = options.quiet};
  request.plan.from_scratch = options.from_scratch;
  request.plan.optimizer = options.optimizer == "adamw" ? pruner::Optimizer::adamw : pruner::Optimizer::sgd;
  apply(options.training, options.threads, request.plan);
  return request;
}

}  // namespace

Runner prune_train_command(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  declare_train(app, *options);
  return [&app, options] {
    if (!options->recipe.empty()) apply_recipe(app, options->recipe);
    nlohmann::json recipe = recipe_of(app);
    recipe["command"] = "train";
    begin_run(train_request(*options), std::move(recipe));
  };
}

TrainingRequest train_request_of(const std::filesystem::path& recipe) {
  return train_request(options_of(recipe, declare_train));
}

}  // namespace rt3d::cli
