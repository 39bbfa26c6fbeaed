// rt3d check: whether a device computes what the CPU does, on whole models.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/run_outputs.h"
#include "cli/parts/difference.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/model_inputs.h"
#include "cli/parts/number_option.h"
#include "cli/parts/printable.h"
#include "cli/parts/scores.h"
#include "cli/parts/session_options.h"
#include "cli/parts/short_problem.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct CheckOptions {
  std::vector<std::string> models;
  std::string against = "cpu";
  double limit = 0;  // 0: that of the accuracy
  InputOptions inputs;
  SessionOptions session;
  bool as_json = false;
};

void declare(CLI::App& app, CheckOptions& options) {
  app.add_option("MODEL", options.models, "ONNX files")->required();
  app.add_option("--against", options.against,
                 "The device that is right: cpu or reference (slow and simple), exact")
      ->check(CLI::IsMember({"cpu", "reference"}))
      ->capture_default_str();
  app.add_option("--limit", options.limit,
                 "Largest difference allowed, as a share of the output's range (default: 1e-4 for accuracy "
                 "exact, 1e-3 default, 1e-2 half)")
      ->transform(finite_number(1e-12, 1))
      ->type_name("SHARE");
  app.add_flag("--json", options.as_json, "Print JSON");
  add_input_options(app, options.inputs);
  add_session_options(app, options.session);
  add_tuning_options(app, options.session);
  options.session.tune = "off";
  app.get_option("--tune")->capture_default_str();
}

std::string share_text(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", share);
  return text;
}

struct Difference {
  std::string output;
  double largest = 0;  // of the differences, as a share of the range of what is right
};

struct Verdict {
  std::string model, device;
  std::string error;  // why there are no outputs
  std::vector<Difference> outputs;
  std::vector<std::string> on_cpu;  // layers of a session on a device that the CPU computes
  bool right = true;
};

std::vector<std::string> layers_on_cpu(const std::vector<Step>& steps) {
  std::vector<std::string> layers;
  if (std::ranges::none_of(steps, [](const Step& step) { return step.device_gflops > 0; })) return layers;
  for (const Step& step : steps)
    if (step.device_gflops == 0 && !step.problem.starts_with("Reorder"))
      layers.push_back(short_problem(step.problem));
  return layers;
}

struct Ran {
  std::vector<Output> outputs;
  std::vector<Step> steps;
  std::string device;
};

Ran ran(rt3d_model* model, const SessionOptions& options, const std::vector<TensorInfo>& shapes,
        const ModelInputs& inputs, std::uint64_t seed) {
  const SessionHandle session = create_session(model, options, shapes);
  set_inputs(session.get(), inputs, seed);
  check(rt3d_session_run(session.get()), "the model cannot be run");
  return {copy_outputs(session.get(), 1), steps_of(session.get()), rt3d_session_device_text(session.get())};
}

Verdict judged(const CheckOptions& options, const std::string& file, double limit) {
  const ModelHandle model = load_model(file);
  const ModelInputs inputs = read_inputs(model.get(), options.inputs);
  std::vector<TensorInfo> shapes = parse_shapes(options.session.shapes, inputs_of(model.get()));
  for (TensorInfo& shape : shapes_of(inputs, model.get())) shapes.push_back(std::move(shape));
  SessionOptions right = options.session;
  right.device = options.against;
  right.accuracy = "exact";
  right.isa.clear();
  right.tune = "off";
  const Ran want = ran(model.get(), right, shapes, inputs, options.inputs.seed);
  const Ran got = ran(model.get(), options.session, shapes, inputs, options.inputs.seed);
  Verdict verdict{file, got.device, {}, {}, layers_on_cpu(got.steps)};
  for (std::size_t i = 0; i < want.outputs.size(); ++i) {
    verdict.outputs.push_back({want.outputs[i].name, largest_difference(values_of(got.outputs[i].array),
                                                                        values_of(want.outputs[i].array))});
    verdict.right = verdict.right && verdict.outputs.back().largest <= limit;
  }
  return verdict;
}

json json_of(const Verdict& verdict) {
  if (!verdict.error.empty()) return {{"model", verdict.model}, {"right", false}, {"error", verdict.error}};
  json outputs = json::array();
  for (const Difference& d : verdict.outputs)
    outputs.push_back({{"output", d.output}, {"largest_difference", d.largest}});
  return {{"model", verdict.model},
          {"device", verdict.device},
          {"right", verdict.right},
          {"outputs", outputs},
          {"layers_on_cpu", verdict.on_cpu}};
}

// A line for each output, as soon as it is known: large models take a while.
void print(const Verdict& verdict, double limit) {
  for (const Difference& d : verdict.outputs)
    std::printf("%s  %s  %s: %s\n", d.largest <= limit ? "right" : "WRONG", share_text(d.largest).c_str(),
                printable(verdict.model).c_str(), printable(d.output).c_str());
  for (const std::string& layer : verdict.on_cpu)
    std::printf("       the CPU computes %s\n", printable(layer).c_str());
  std::fflush(stdout);
}

void print_all(const CheckOptions& options, double limit, const std::vector<Verdict>& verdicts) {
  if (options.as_json) {
    json models = json::array();
    for (const Verdict& verdict : verdicts) models.push_back(json_of(verdict));
    return print_json({{"against", options.against},
                       {"accuracy", options.session.accuracy},
                       {"limit", limit},
                       {"models", models}});
  }
  const auto any = std::ranges::find_if(verdicts, [](const Verdict& v) { return v.error.empty(); });
  if (any == verdicts.end()) return;
  std::printf("device      %s; accuracy %s\n", printable(any->device).c_str(),
              options.session.accuracy.c_str());
  std::printf("difference  from %s, exact, at most, as a share of the output's range; limit %s\n",
              options.against.c_str(), share_text(limit).c_str());
}

void run(const CheckOptions& options) {
  const double limit = options.limit > 0 ? options.limit : difference_limit(options.session.accuracy);
  std::vector<Verdict> verdicts;
  for (const std::string& model : options.models) {
    try {
      verdicts.push_back(judged(options, model, limit));
      if (!options.as_json) print(verdicts.back(), limit);
    } catch (const std::exception& error) {  // the others are checked all the same
      if (options.models.size() == 1) throw;
      complain(naming(model, failure_text(error)));
      verdicts.push_back({model, "", failure_text(error), {}, {}, false});
    }
  }
  print_all(options, limit, verdicts);
  const auto wrong =
      std::ranges::count_if(verdicts, [](const Verdict& v) { return !v.right && v.error.empty(); });
  if (wrong > 0)
    throw Failure(
        join(wrong, " of ", options.models.size(), " models: outputs differ by more than the limit"));
  if (std::ranges::any_of(verdicts, [](const Verdict& v) { return !v.right; })) throw Reported();
}

}  // namespace

Runner check_command(CLI::App& app) { return bind<CheckOptions>(app, declare, run); }

}  // namespace rt3d::cli
