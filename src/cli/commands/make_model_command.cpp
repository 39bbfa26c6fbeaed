// rt3d make-model: well-known architectures as ONNX files with seeded random weights, dense or with structured zeros.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands/commands.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/nearest.h"
#include "cli/parts/number_option.h"
#include "cli/parts/output_file.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "graph/model.h"
#include "models/models.h"
#include "pruning/pruning.h"

namespace rt3d::cli {
namespace {

struct MakeModelOptions {
  models::MakeRequest request;
  std::string sparsity;  // "": a dense model
  std::string output;
  bool list = false;
  bool as_json = false;
};

void declare(CLI::App& app, MakeModelOptions& options) {
  app.add_option("NAME", options.request.name, "A model that --list shows");
  app.add_option("-o,--output", options.output, "ONNX file to write")->type_name("FILE");
  app.add_option("--classes", options.request.classes, "Classes (default: the model's)")
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option("--frames", options.request.frames, "Frames of the clip (default: the model's)")
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option("--size", options.request.size, "Height and width in pixels (default: the model's)")
      ->transform(whole_number(1))
      ->type_name("N");
  app.add_option("--width", options.request.width, "Factor of all inner channel counts")
      ->check(finite_number(0, 2))
      ->type_name("F")
      ->capture_default_str();
  app.add_option("--seed", options.request.seed, "Seed of the weights")
      ->transform(whole_number(0, kMostUnsigned))
      ->type_name("S")
      ->capture_default_str();
  app.add_option(
         "--sparsity", options.sparsity,
         "Structured zeros: scheme, group and the rate of the model's multiply-accumulates: kgs:8x4:3.6, "
         "vanilla:32x4:3.6, winograd:32x4:3.6 (transformed weights), filter:2.6, or the published ratios per "
         "layer: kgs:8x4:authors-3.6")
      ->type_name("SPEC");
  // The list is of all models: what is said of one has no effect on it.
  const std::vector<CLI::Option*> of_one_model =
      app.get_options([](const CLI::Option* option) { return option->get_name() != "--help"; });
  CLI::Option* list = app.add_flag("--list", options.list, "Show the models");
  for (CLI::Option* option : of_one_model) list->excludes(option);
  app.add_flag("--json", options.as_json, "Print JSON: the list, or what was pruned");
}

void print_list(bool as_json) {
  nlohmann::json rows = nlohmann::json::array();
  Table table("llrrrl");
  table.add({"name", "input", "classes", "parameters", "MACs", ""});
  table.rule();
  for (const models::ModelInfo& model : models::list()) {
    std::string shapes;
    std::vector<std::string> inputs;
    for (const Shape& shape : model.inputs) {
      inputs.push_back(shape.text());
      shapes += (shapes.empty() ? "" : ", ") + inputs.back();
    }
    table.add({model.name, shapes, std::to_string(model.classes), std::to_string(model.parameters),
               millions(model.macs), model.summary});
    rows.push_back({{"name", model.name},
                    {"inputs", inputs},
                    {"classes", model.classes},
                    {"parameters", model.parameters},
                    {"macs", model.macs},
                    {"summary", model.summary}});
  }
  if (as_json) return print_json({{"models", rows}});
  std::printf("%s", table.text().c_str());
}

nlohmann::json pruning_json(const MakeModelOptions& options, const pruning::Report& report) {
  nlohmann::json layers = nlohmann::json::array();
  for (const pruning::PrunedLayer& layer : report.layers)
    layers.push_back({{"name", layer.name},
                      {"weights", layer.weights.text()},
                      {"zeros", layer.zeros},
                      {"macs", layer.macs},
                      {"surviving_macs", layer.surviving_macs},
                      {"kept", layer.kept()}});
  nlohmann::json result = {{"model", options.request.name}, {"output", options.output}, {"layers", layers}};
  if (report.layers.empty()) return result;
  result["sparsity"] = options.sparsity;
  result["macs"] = report.macs;
  result["surviving_macs"] = report.surviving_macs;
  result["rate"] = report.rate();
  return result;
}

void print_pruning(const pruning::Report& report) {
  Table table("lllrrr");
  table.add({"layer", "weights", "zeros", "MACs", "surviving", "kept"});
  table.rule();
  for (const pruning::PrunedLayer& layer : report.layers)
    table.add({layer.name, layer.weights.text(), layer.zeros, millions(layer.macs),
               millions(layer.surviving_macs), fixed(100 * layer.kept(), 1) + " %"});
  table.rule();
  table.add({"all", "", "", millions(report.macs), millions(report.surviving_macs),
             fixed(100 / report.rate(), 1) + " %"});
  std::printf("%sMultiply-accumulates before / surviving: %s\n", table.text().c_str(),
              fixed(report.rate(), 3).c_str());
}

// An empty report for a dense model.
pruning::Report make(const MakeModelOptions& options, const std::filesystem::path& file) {
  std::optional<pruning::Request> request;
  if (!options.sparsity.empty()) request = pruning::parse_request(options.sparsity);
  graph::Graph graph = models::build(options.request);
  pruning::Report report;
  if (request) report = pruning::prune(graph, *request, options.request.seed);
  graph::save_onnx(graph, file);
  return report;
}

void run(const MakeModelOptions& options) {
  if (options.list) return print_list(options.as_json);
  if (options.request.name.empty() || options.output.empty()) {
    throw UsageError(
        "make-model needs a name and -o FILE: rt3d make-model c3d -o c3d.onnx (--list shows the names)");
  }
  std::vector<std::string> names;
  for (const models::ModelInfo& model : models::list()) names.push_back(model.name);
  if (std::find(names.begin(), names.end(), options.request.name) == names.end())
    throw UsageError("there is no model '" + options.request.name + "'" +
                     suggestion(options.request.name, names) + " (make-model --list shows them)");
  refuse_dash("-o", options.output);
  pruning::Report report;
  write_whole(options.output, [&](const std::filesystem::path& file) {
    report = as_said([&] { return make(options, file); });
  });
  if (options.as_json) return print_json(pruning_json(options, report));
  if (!report.layers.empty()) print_pruning(report);
  std::printf("wrote %s\n", printable(options.output).c_str());
}

}  // namespace

Runner make_model_command(CLI::App& app) { return bind<MakeModelOptions>(app, declare, run); }

}  // namespace rt3d::cli
