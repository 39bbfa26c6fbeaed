// rt3d-prune MODEL --calibrate CLIPS: structured zeros from a few videos, without labels and without training.
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/thread_pool.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "cli/prune/calibration_clips.h"
#include "cli/prune/commands.h"
#include "cli/prune/prune_training.h"
#include "cli/prune/recipe.h"
#include "cli/prune/resume.h"
#include "graph/model.h"
#include "pruner/one_shot.h"
#include "pruner/tensors.h"
#include "pruning/group_grid.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr double kHighestRate = 100;

struct PruneOptions {
  std::string model, calibrate, output;
  std::string scheme = "kgs:8x4", target, method = "one-shot";
  std::vector<std::string> keep_dense;
  int clips = 64, threads = 0;
  bool as_json = false, quiet = false;
  PruneTrainingOptions labelled;
};

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
                 "What goes together: kgs:GMxGN (input channels at a kernel position), or vanilla:GMxGN (at "
                 "all positions)")
      ->type_name("SPEC")
      ->capture_default_str();
  app.add_option("--target", options.target, "Multiply-adds of the whole model before ÷ after: 2.6x")
      ->type_name("RATE");
  app.add_option("--method", options.method,
                 "one-shot: what stays is fitted to make up for what goes; magnitude: the smallest weights "
                 "go, the baseline; with --data also reweighted: training empties the groups that matter "
                 "least; lasso: the same with all groups pressed alike")
      ->type_name("HOW")
      ->check(CLI::IsMember({"one-shot", "magnitude", "reweighted", "lasso"}))
      ->capture_default_str();
  app.add_option("--keep-dense", options.keep_dense,
                 "A layer that loses nothing, by its name or its weights'; NAME* for all names that begin "
                 "so; repeatable")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_option("-o,--output", options.output, "ONNX file to write")->type_name("FILE");
  app.add_option("--threads", options.threads, "Threads (default: all usable cores)")
      ->transform(whole_number(1, 1024))
      ->type_name("N");
  app.add_flag("--json", options.as_json, "Print JSON");
  app.add_flag("--quiet", options.quiet, "Show no progress");
  add_prune_training_options(app, options.labelled);
}

double parse_target(const std::string& text) {
  double rate = 0;
  const std::string digits = text.ends_with('x') ? text.substr(0, text.size() - 1) : text;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rate);
  if (error != std::errc() || end != digits.data() + digits.size() || !(rate > 1 && rate <= kHighestRate))
    throw UsageError(
        join("--target ", text,
             ": give how many times fewer multiply-adds the model shall need, above 1 and up to ",
             kHighestRate, ": 2.6x"));
  return rate;
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

std::string note_of(const pruner::LayerOutcome& layer) {
  if (!layer.dense.empty()) return "dense: " + layer.dense;
  return layer.kept_macs == layer.macs ? "dense: others lose less" : "";
}

double kept_of(const pruner::LayerOutcome& layer) {
  return layer.macs > 0 ? static_cast<double>(layer.kept_macs) / static_cast<double>(layer.macs) : 1;
}

void print_report(const PruneOptions& options, const pruner::OneShotReport& report, std::size_t agreeing,
                  std::size_t clips) {
  Table table("llrrrrl");
  table.add({"layer", "weights", "MACs", "kept", "share", "changed", ""});
  table.rule();
  for (const pruner::LayerOutcome& layer : report.layers)
    table.add({layer.name, layer.weights.text(), millions(layer.macs), millions(layer.kept_macs),
               fixed(100 * kept_of(layer), 1) + " %",
               layer.dense.empty() ? fixed(100 * layer.lost, 2) + " %" : "", note_of(layer)});
  table.rule();
  table.add({"all", "", millions(report.macs), millions(report.kept_macs),
             fixed(100 / report.rate(), 1) + " %", "", ""});
  std::printf("%s", table.text().c_str());
  std::printf(
      "%s: %s times fewer multiply-adds; the clips it was pruned with: same class as before for %zu of %zu\n",
      printable(options.output).c_str(), fixed(report.rate(), 3).c_str(), agreeing, clips);
}

json report_json(const PruneOptions& options, const pruner::OneShotReport& report, std::size_t agreeing,
                 const CalibrationClips& read) {
  json layers = json::array();
  for (const pruner::LayerOutcome& layer : report.layers)
    layers.push_back({{"name", layer.name},
                      {"weights", layer.weights.text()},
                      {"macs", layer.macs},
                      {"kept_macs", layer.kept_macs},
                      {"changed", layer.lost},
                      {"note", note_of(layer)}});
  return {{"model", options.model},
          {"output", options.output},
          {"groups", options.scheme},
          {"method", options.method},
          {"macs", report.macs},
          {"kept_macs", report.kept_macs},
          {"rate", report.rate()},
          {"clips", read.clips.size()},
          {"unreadable", read.unreadable},
          {"same_class", agreeing},
          {"layers", layers}};
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

void require_common(const PruneOptions& options) {
  require_given(options.model, "MODEL");
  require_given(options.target, "--target");
  require_given(options.output, "-o");
  refuse_dash("-o", options.output);
}

// With labelled videos.
TrainingRequest request_of(const PruneOptions& options) {
  require_common(options);
  require_given(options.labelled.training.run, "--run");
  TrainingRequest request{.model = options.model,
                          .output = options.output,
                          .data = options.labelled.data,
                          .training = options.labelled.training,
                          .plan = {},
                          .metadata = {},
                          .as_json = options.as_json,
                          .quiet = options.quiet};
  request.plan.method = method_of(options.method);
  request.plan.groups = as_said([&] { return pruning::parse_group_spec(options.scheme); });
  request.plan.rate = parse_target(options.target);
  request.plan.keep_dense = options.keep_dense;
  request.plan.examples = options.clips;
  apply(options.labelled.training, options.threads, request.plan);
  request.metadata = {{kPrunedGroups, request.plan.groups.text()}, {kPrunedMethod, options.method}};
  return request;
}

// With videos alone.
void run_one_shot(const PruneOptions& options) {
  require_common(options);
  if (options.method != "one-shot" && options.method != "magnitude")
    throw UsageError("--method " + options.method + " trains: give labelled videos with --data");
  pruner::OneShotRequest request;
  request.groups = as_said([&] { return pruning::parse_group_spec(options.scheme); });
  request.rate = parse_target(options.target);
  request.criterion =
      options.method == "magnitude" ? pruner::Criterion::magnitude : pruner::Criterion::second_order;
  request.keep_dense = options.keep_dense;
  request.threads = options.threads > 0 ? options.threads : usable_cores();
  request.progress = StageLines(options.quiet);
  check_output(options.output);

  const graph::Graph model = graph::load_onnx(options.model);
  const CalibrationClips read =
      read_calibration_clips(options.calibrate, static_cast<std::size_t>(options.clips), model);
  pruner::Network network(model, read.shapes);
  const std::vector<std::vector<at::Tensor>> clips = tensors_of(read);
  const pruner::OneShotReport report =
      as_said([&] { return pruner::prune_one_shot(network, clips, request); });
  const std::vector<std::int64_t> after = classes_of(network, clips);
  std::size_t agreeing = 0;
  for (std::size_t i = 0; i < clips.size(); ++i) agreeing += report.classes_before[i] == after[i];

  write_whole(options.output, [&](const std::filesystem::path& file) {
    graph::save_with_constants(options.model, network.weights(),
                               {{kPrunedGroups, request.groups.text()},
                                {kPrunedMethod, options.method},
                                {kPrunedRate, fixed(report.rate(), 3)}},
                               file);
  });
  if (options.as_json) return print_json(report_json(options, report, agreeing, read));
  print_report(options, report, agreeing, clips.size());
}

void run_prune(CLI::App& app, const PruneOptions& options) {
  if (!options.labelled.resume.empty())
    return resume({options.labelled.resume, options.threads, options.as_json, options.quiet});
  if (!options.labelled.recipe.empty()) apply_recipe(app, options.labelled.recipe);
  if (options.calibrate.empty() == options.labelled.data.data.empty())
    throw UsageError(
        "--calibrate or --data is missing, or both are given: videos without labels, or labelled ones to "
        "train with "
        "(rt3d-prune --help says more)");
  if (!options.calibrate.empty()) {
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
