// rt3d-prune evaluate: how often a model is right on labelled videos.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "cli/prune/accuracy_json.h"
#include "cli/prune/commands.h"
#include "cli/prune/evaluation.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct EvaluateOptions {
  std::string model;
  DataOptions data;
  SessionOptions session;
  bool as_json = false;
};

void declare_evaluate(CLI::App& app, EvaluateOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  add_data_options(app, options.data);
  app.add_flag("--json", options.as_json, "Print JSON");
  app.add_flag("--quiet", options.session.quiet, "Show no progress");
  add_session_options(app, options.session);
  add_tuning_options(app, options.session);
}

void print_evaluation(const EvaluateOptions& options, const Data& data, const Evaluation& found) {
  std::printf("model     %s on %s; accuracy %s\n", printable(options.model).c_str(), found.device.c_str(),
              options.session.accuracy.c_str());
  std::printf("data      %s\n", printable(data_text(data.set)).c_str());
  std::printf("protocol  %s\n", data.loader.protocol.text().c_str());
  std::printf("top-1     %s\n", found.top1.text().c_str());
  if (found.classes > 5) std::printf("top-5     %s\n", found.top5.text().c_str());
  std::printf("loss      %s\n", fixed(found.loss, 4).c_str());
  std::printf("time      %s a run of %lld %s (median)\n", duration(found.run_ns).c_str(),
              static_cast<long long>(found.batch), found.batch == 1 ? "clip" : "clips");
}

json evaluation_json(const EvaluateOptions& options, const Data& data, const Evaluation& found) {
  return {{"model", options.model},
          {"device", found.device},
          {"accuracy", options.session.accuracy},
          {"data", options.data.data},
          {"format", data.set.format},
          {"classes", data.set.classes.size()},
          {"protocol", data.loader.protocol.text()},
          {"clips", found.top1.total * data.loader.protocol.views()},
          {"top1", accuracy_json(found.top1)},
          {"top5", accuracy_json(found.top5)},
          {"loss", found.loss},
          {"batch", found.batch},
          {"run_ns", found.run_ns},
          {"skipped", found.skipped}};
}

void run_evaluate(const EvaluateOptions& options) {
  const ModelHandle model = load_model(options.model);
  const Data data = read_data(options.data, inputs_of(model.get()),
                              [&](const char* key) { return rt3d_model_metadata(model.get(), key); });
  const Evaluation found = evaluate_model(model.get(), data, options.session);
  if (found.skipped > 0)
    warn(join("videos that could not be read: ", found.skipped, "; the first: ", found.why_skipped));
  if (options.as_json) return print_json(evaluation_json(options, data, found));
  print_evaluation(options, data, found);
}

}  // namespace

Runner prune_evaluate_command(CLI::App& app) {
  return bind<EvaluateOptions>(app, declare_evaluate, run_evaluate);
}

}  // namespace rt3d::cli
