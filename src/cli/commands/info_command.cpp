// rt3d info: what a model is, before anything is measured, and what pruning left of it.
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/layer_table.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/npy.h"
#include "cli/parts/printable.h"
#include "cli/parts/session_options.h"
#include "cli/parts/table.h"
#include "cli/parts/tuning_text.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct InfoOptions {
  std::string model;
  SessionOptions session;
  bool graph = false;
  bool layers = false;
  bool as_json = false;
};

void declare(CLI::App& app, InfoOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_flag("--graph", options.graph, "Print the graph as imported and after the passes");
  app.add_flag("--layers", options.layers, "Print every layer with weights, not only those with zeros");
  app.add_flag("--json", options.as_json, "Print JSON");
  add_session_options(app, options.session);
  options.session.tune = "off";
  options.session.plan_only = true;
}

struct OperatorCount {
  std::int64_t steps = 0;
  std::int64_t macs = 0;
};

std::map<std::string, OperatorCount> histogram(const std::vector<Step>& steps) {
  std::map<std::string, OperatorCount> counts;
  for (const Step& step : steps) {
    OperatorCount& count = counts[step.problem.substr(0, step.problem.find(' '))];
    ++count.steps;
    count.macs += step.macs;
  }
  return counts;
}

json tensors_json(const std::vector<TensorInfo>& tensors) {
  json result = json::array();
  for (const TensorInfo& tensor : tensors) {
    result.push_back({{"name", tensor.name}, {"dtype", dtype_name(tensor.dtype)}, {"shape", tensor.dims}});
  }
  return result;
}

void print_tensors(const char* title, const std::vector<TensorInfo>& tensors) {
  for (const TensorInfo& tensor : tensors) {
    std::printf("%-10s %s: %s %s\n", title, printable(tensor.name).c_str(), dtype_name(tensor.dtype),
                dims_text(tensor.dims).c_str());
  }
}

void print_memory(const rt3d_session_stats& stats) {
  std::printf("%-10s activations %s (%s without reuse), packed weights %s, model weights %s, code %s\n",
              "memory", bytes_text(stats.arena_bytes).c_str(), bytes_text(stats.tensor_bytes).c_str(),
              bytes_text(stats.packed_weight_bytes).c_str(), bytes_text(stats.model_weight_bytes).c_str(),
              bytes_text(stats.code_bytes).c_str());
  if (stats.device_arena_bytes + stats.device_weight_bytes > 0)
    std::printf("%-10s of these, in the device's memory: activations %s, packed weights %s\n", "",
                bytes_text(stats.device_arena_bytes).c_str(), bytes_text(stats.device_weight_bytes).c_str());
}

void run(const InfoOptions& options) {
  const ModelHandle model = load_model(options.model);
  const SessionHandle session = create_session(model.get(), options.session,
                                               parse_shapes(options.session.shapes, inputs_of(model.get())));
  const rt3d_session_stats stats = stats_of(session.get());
  const std::vector<TensorInfo> inputs = inputs_of(session.get());
  const std::vector<TensorInfo> outputs = outputs_of(session.get());
  const std::int64_t parameters = rt3d_model_parameters(model.get());
  const std::vector<Step> steps = steps_of(session.get());
  const std::map<std::string, OperatorCount> operators = histogram(steps);

  if (options.as_json) {
    json counts = json::object();
    for (const auto& [name, count] : operators) counts[name] = {{"steps", count.steps}, {"macs", count.macs}};
    json result = {{"model", options.model},
                   {"inputs", tensors_json(inputs)},
                   {"outputs", tensors_json(outputs)},
                   {"parameters", parameters},
                   {"macs", stats.macs},
                   {"unpruned_macs", stats.unpruned_macs},
                   {"kept_macs", stats.kept_macs},
                   {"layers", layers_json(steps)},
                   {"operators", counts},
                   {"arena_bytes", stats.arena_bytes},
                   {"tensor_bytes", stats.tensor_bytes},
                   {"packed_weight_bytes", stats.packed_weight_bytes},
                   {"model_weight_bytes", stats.model_weight_bytes},
                   {"device_arena_bytes", stats.device_arena_bytes},
                   {"device_weight_bytes", stats.device_weight_bytes},
                   {"code_bytes", stats.code_bytes}};
    if (options.graph) {
      result["graph"] = {{"imported", rt3d_model_text(model.get())},
                         {"optimized", rt3d_session_graph_text(session.get())}};
    }
    return print_json(result);
  }
  print_tensors("input", inputs);
  print_tensors("output", outputs);
  std::printf("%-10s %lld (%s)\n", "parameters", static_cast<long long>(parameters),
              millions(parameters).c_str());
  std::printf("%-10s %lld (%s)\n", "MACs", static_cast<long long>(stats.macs), millions(stats.macs).c_str());
  if (const std::string pruning = pruning_text(stats); !pruning.empty())
    std::printf("%-10s %s\n", "MACs", pruning.c_str());
  print_memory(stats);
  Table table("lrr");
  table.add({"operator", "steps", "MACs"});
  table.rule();
  for (const auto& [name, count] : operators) {
    table.add({name, std::to_string(count.steps), count.macs > 0 ? millions(count.macs) : ""});
  }
  std::printf("\n%s", table.text().c_str());
  if (const std::string layers = layer_table(steps, options.layers); !layers.empty())
    std::printf("\n%s", layers.c_str());
  if (options.graph) {
    std::printf("\ngraph as imported\n%s\ngraph after the passes\n%s",
                printable_lines(rt3d_model_text(model.get())).c_str(),
                printable_lines(rt3d_session_graph_text(session.get())).c_str());
  }
}

}  // namespace

Runner info_command(CLI::App& app) { return bind<InfoOptions>(app, declare, run); }

}  // namespace rt3d::cli
