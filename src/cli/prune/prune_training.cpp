#include "cli/prune/prune_training.h"

#include <CLI/CLI.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"

namespace rt3d::cli {
namespace {

struct MethodRow {
  const char* name;
  pruner::Method method;
};
constexpr MethodRow kMethods[] = {{"one-shot", pruner::Method::one_shot},
                                  {"magnitude", pruner::Method::magnitude},
                                  {"lasso", pruner::Method::lasso},
                                  {"reweighted", pruner::Method::reweighted}};

}  // namespace

void add_prune_training_options(CLI::App& app, PruneTrainingOptions& options) {
  app.add_option("--recipe", options.recipe, "JSON file with these options; the command line wins")
      ->type_name("FILE");
  app.add_option("--resume", options.resume, "Go on with the run in this folder, whichever command began it")
      ->type_name("DIR");
  add_data_options(app, options.data);
  add_training_options(app, options.training, "[REGULARIZE,]RETRAIN");
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

pruner::Method method_of(const std::string& name) {
  for (const MethodRow& row : kMethods)
    if (name == row.name) return row.method;
  throw UsageError("--method " + name + " is not known");
}

}  // namespace rt3d::cli
