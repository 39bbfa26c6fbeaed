#include "cli/prune/training_options.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "base/thread_pool.h"
#include "cli/parts/failure.h"
#include "cli/parts/number_option.h"

namespace rt3d::cli {
namespace {

constexpr std::int64_t kMostEpochs = 100'000;

// One number, or two with a comma between.
std::vector<std::int64_t> parse_epochs(const std::string& text, std::size_t count) {
  std::vector<std::int64_t> epochs;
  const char *at = text.data(), *end = text.data() + text.size();
  for (bool more = true; more;) {
    std::int64_t number = 0;
    const auto read = std::from_chars(at, end, number);
    more = read.ec == std::errc() && read.ptr != end && *read.ptr == ',';
    const bool good =
        read.ec == std::errc() && (more || read.ptr == end) && number >= 1 && number <= kMostEpochs;
    if (!good || epochs.size() == count) {
      epochs.clear();
      break;
    }
    epochs.push_back(number);
    at = read.ptr + 1;
  }
  if (epochs.size() != count)
    throw UsageError("--epochs " + text + ": give " +
                     (count == 1 ? "a whole number from 1 on"
                                 : "two whole numbers from 1 on, to regularize and to retrain: 6,6"));
  return epochs;
}

}  // namespace

void add_training_options(CLI::App& app, TrainingOptions& options, const char* stages) {
  const std::string group = "Training (docs/pruning.md)";
  const auto number = [&](const char* name, double& value, double least, double most, const char* type,
                          const char* help) {
    app.add_option(name, value, help)
        ->transform(finite_number(least, most))
        ->type_name(type)
        ->group(group)
        ->capture_default_str();
  };
  app.add_option(
         "--run", options.run,
         "Folder for what the run is doing: recipe, log, checkpoints, tables; --resume goes on with it")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--epochs", options.epochs,
                 "How often each video is seen (default: by the size of the data)")
      ->type_name(stages)
      ->group(group);
  number("--lr", options.rate, 1e-9, 100, "RATE", "Learning rate at its highest");
  app.add_option("--batch", options.batch, "Clips of a step")
      ->transform(whole_number(1, 65536))
      ->type_name("N")
      ->group(group)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of everything that is random")
      ->transform(whole_number(0, kMostUnsigned))
      ->type_name("S")
      ->group(group)
      ->capture_default_str();
  number("--label-smoothing", options.label_smoothing, 0, 0.99, "SHARE",
         "Of the label that all classes share");
  number("--weight-decay", options.weight_decay, 0, 1, "RATE", "Pulls weights towards zero");
  number("--checkpoint-every", options.checkpoint_seconds, 0, 1e6, "SECONDS",
         "How often the state is kept, beside at each epoch's end");
  app.add_option("--tune", options.session.tune,
                 "Tune the runtime for the judgement at the end: off, quick or full")
      ->check(CLI::IsMember({"off", "quick", "full"}))
      ->type_name("HOW")
      ->group(group)
      ->capture_default_str();
}

void apply(const TrainingOptions& options, int threads, pruner::RunPlan& plan) {
  const bool regularizes = plan.method != pruner::Method::train && pruner::row_of(plan.method).regularizes;
  if (!options.epochs.empty()) {
    const std::vector<std::int64_t> epochs = parse_epochs(options.epochs, regularizes ? 2 : 1);
    plan.regularize_epochs = regularizes ? epochs[0] : 0;
    plan.train_epochs = epochs.back();
  }
  plan.learning_rate = options.rate;
  plan.label_smoothing = options.label_smoothing;
  plan.weight_decay = options.weight_decay;
  plan.teacher_share = options.distill;
  plan.seed = options.seed;
  plan.threads = threads > 0 ? threads : usable_cores();
}

}  // namespace rt3d::cli
