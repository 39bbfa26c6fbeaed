// rt3d plan: the steps that a session runs, their families, schedules and buffers.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/parts/json_output.h"
#include "cli/parts/printable.h"
#include "cli/parts/session_options.h"

namespace rt3d::cli {
namespace {

struct PlanOptions {
  std::string model;
  SessionOptions session;
  bool as_json = false;
};

void declare(CLI::App& app, PlanOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  app.add_flag("--json", options.as_json, "Print the steps as JSON");
  add_session_options(app, options.session);
  add_tuning_options(app, options.session);
  options.session.tune = "off";
  options.session.plan_only = true;
  app.get_option("--tune")->capture_default_str();
}

void run(const PlanOptions& options) {
  const ModelHandle model = load_model(options.model);
  const SessionHandle session = create_session(model.get(), options.session,
                                               parse_shapes(options.session.shapes, inputs_of(model.get())));
  if (!options.as_json) {
    std::printf("%s", printable_lines(rt3d_session_plan_text(session.get())).c_str());
    return;
  }
  nlohmann::json steps = nlohmann::json::array();
  for (const Step& step : steps_of(session.get())) {
    steps.push_back({{"name", step.name},
                     {"problem", step.problem},
                     {"family", step.family},
                     {"schedule", step.schedule},
                     {"source", step.source},
                     {"macs", step.macs}});
  }
  print_json({{"model", options.model}, {"steps", steps}});
}

}  // namespace

Runner plan_command(CLI::App& app) { return bind<PlanOptions>(app, declare, run); }

}  // namespace rt3d::cli
