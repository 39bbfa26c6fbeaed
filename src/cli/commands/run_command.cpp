// rt3d run: inputs in, outputs out, with how long it took and on what.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/commands/run_outputs.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/memory.h"
#include "cli/parts/model_inputs.h"
#include "cli/parts/nonfinite_warning.h"
#include "cli/parts/number_option.h"
#include "cli/parts/printable.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/scores.h"
#include "cli/parts/session_options.h"
#include "cli/parts/statistics.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"
#include "cli/parts/tuning_text.h"
#include "cli/parts/weight_limits.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr int kMoreRuns = 5;
constexpr std::int64_t kMoreRunsNs = 2'000'000'000;

struct RunOptions {
  std::string model;
  InputOptions inputs;
  SessionOptions session;
  std::string labels;
  std::string output_folder;
  std::size_t top = 5;
  bool as_json = false;
};

struct Latency {
  std::int64_t load_ns = 0;  // model and session
  std::int64_t first_ns = 0;
  double median_ns = 0;  // of later runs
  std::size_t later_runs = 0;
};

void declare(CLI::App& app, RunOptions& options) {
  app.add_option("MODEL", options.model, "ONNX file")->required();
  add_input_options(app, options.inputs);
  app.add_option("--labels", options.labels,
                 "Names of the classes, one a line (default: the model's rt3d.labels)")
      ->type_name("FILE");
  app.add_option("-o,--output", options.output_folder, "Write every output as DIR/<name>.npy")
      ->type_name("DIR");
  app.add_option("--top", options.top, "How many scores to show")
      ->transform(whole_number(0, 1'000'000))
      ->type_name("K")
      ->capture_default_str();
  app.add_flag("--json", options.as_json, "Print JSON");
  add_session_options(app, options.session);
  add_tuning_options(app, options.session, true);
}

std::vector<std::string> labels_for(const RunOptions& options, const rt3d_model* model) {
  if (!options.labels.empty()) return read_labels(options.labels);
  const char* stored = rt3d_model_metadata(model, "rt3d.labels");
  return stored == nullptr ? std::vector<std::string>() : split_labels(stored);
}

// Says on standard error what is not finite; how much of the outputs that is.
std::int64_t warn_of_nonfinite(const rt3d_session* session, const ModelInputs& inputs,
                               const std::vector<Output>& outputs) {
  const std::int64_t count = stats_of(session).nonfinite_outputs;
  if (count == 0) return 0;
  std::vector<NamedArray> given;
  const std::vector<TensorInfo> infos = inputs_of(session);
  for (std::size_t i = 0; i < infos.size(); ++i)
    if (inputs.given[i]) given.push_back({infos[i].name, converted(inputs.arrays[i], infos[i].dtype)});
  for (const std::string& line : nonfinite_warnings(session, given, {outputs.begin(), outputs.end()}))
    warn(line);
  return count;
}

Latency measure(rt3d_session* session, Latency latency, std::int64_t alike, std::vector<Output>& outputs) {
  std::vector<std::int64_t> times = {timed_run_ns(session)};
  outputs = copy_outputs(session, alike);
  const std::int64_t start = now_ns();
  while (times.size() < kMoreRuns && now_ns() - start < kMoreRunsNs) times.push_back(timed_run_ns(session));
  latency.median_ns = median(times);
  latency.later_runs = times.size();
  return latency;
}

// What a run found out, beside the values of its outputs.
struct Report {
  Latency latency;
  MemoryUse memory;
  rt3d_session_stats stats = {};
  std::vector<WeightLimit> limits;  // lower ones
  rt3d_tuning_state state = {};     // of tuning in the background, when the command ends
  std::int64_t nonfinite = 0;
  std::string isa, device, db;
};

bool in_background(const RunOptions& options) { return options.session.tune == "background"; }

// The command has its answer and ends: what is left is for a process that lives longer.
rt3d_tuning_state end_of_tuning(const RunOptions& options, rt3d_session* session) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  if (!in_background(options)) return state;
  check(rt3d_session_set_tuning_allowed(session, 0), "cannot end tuning");
  check(rt3d_session_get_tuning(&state, session), "cannot ask for the tuning");
  state.error = "";  // the session's own text
  return state;
}

std::string background_text(const rt3d_tuning_state& state) {
  const std::string far = join(fixed(100 * state.share, 0), " % of what is to be measured, in ",
                               duration(static_cast<double>(state.spent_ns)), " beside the runs");
  if (state.finished) return "finished: " + far;
  return far + "; the rest is for a process that runs for longer, or for rt3d-tune";
}

json report_json(const RunOptions& options, const Report& report, const std::vector<std::string>& notes) {
  json result = {{"model", options.model},
                 {"device", report.device},
                 {"isa", report.isa},
                 {"threads", thread_count(options.session)},
                 {"accuracy", options.session.accuracy},
                 {"load_ns", report.latency.load_ns},
                 {"first_run_ns", report.latency.first_ns},
                 {"median_ns", report.latency.median_ns},
                 {"memory", memory_json(report.memory, report.stats)},
                 {"lower_weight_limits", weight_limits_json(report.limits)},
                 {"database", report.db},
                 {"tuning", tuning_json(report.stats)},
                 {"nonfinite_outputs", report.nonfinite},
                 {"inputs", notes}};
  if (in_background(options))
    result["background"] = {{"finished", report.state.finished != 0},
                            {"share", report.state.share},
                            {"problems_tuned", report.state.problems_tuned},
                            {"spent_ns", report.state.spent_ns},
                            {"plans", report.state.plans}};
  return result;
}

void print_report(const RunOptions& options, const Report& report) {
  const Latency& latency = report.latency;
  std::printf("latency  first run %s, then %s (median of %zu); load %s\n",
              duration(double(latency.first_ns)).c_str(), duration(latency.median_ns).c_str(),
              latency.later_runs, duration(double(latency.load_ns)).c_str());
  std::printf("device   %s; code for %s; accuracy %s\n", report.device.c_str(), report.isa.c_str(),
              options.session.accuracy.c_str());
  std::printf("memory   %s\n", memory_text(report.memory, report.stats).c_str());
  if (!report.limits.empty())
    std::printf("         --weight-limit-mib: %s (predicted)\n", weight_limits_text(report.limits).c_str());
  std::printf("tuning   %s; database %s\n", tuning_text(report.stats).c_str(), printable(report.db).c_str());
  if (in_background(options)) std::printf("         %s\n", background_text(report.state).c_str());
}

void print(const RunOptions& options, const Report& report, const ModelInputs& inputs,
           const std::vector<Output>& outputs, const std::vector<std::string>& labels) {
  if (options.as_json) {
    json result = report_json(options, report, inputs.notes);
    result["outputs"] = json::array();
    for (const Output& output : outputs)
      result["outputs"].push_back(output_json(output, labels, options.top));
    return print_json(result);
  }
  for (const std::string& note : inputs.notes) std::printf("input    %s\n", printable(note).c_str());
  for (const Output& output : outputs) print_output(output, labels, options.top);
  print_report(options, report);
}

// No output may take the place of one of these.
std::vector<std::string> read_files(const RunOptions& options) {
  std::vector<std::string> files{options.model, options.labels, options.inputs.video, options.session.db};
  for (const std::string& text : options.inputs.files) {
    files.push_back(text);
    files.push_back(text.substr(text.rfind('=') + 1));  // of NAME=FILE
  }
  std::erase(files, "");
  return files;
}

void run(const RunOptions& options) {
  const MemoryWatch watch;
  const std::int64_t start = now_ns();
  const ModelHandle model = load_model(options.model);
  Report report;
  report.latency.load_ns = now_ns() - start;
  check_outputs(options.output_folder, model.get(), read_files(options));
  const std::vector<std::string> labels = labels_for(options, model.get());
  const ModelInputs inputs = read_inputs(model.get(), options.inputs);
  std::vector<TensorInfo> shapes = parse_shapes(options.session.shapes, inputs_of(model.get()));
  for (TensorInfo& shape : shapes_of(inputs, model.get())) shapes.push_back(std::move(shape));
  const SessionHandle session = create_session(model.get(), options.session, shapes);
  report.stats = stats_of(session.get());
  report.latency.load_ns += report.stats.create_ns;
  // The first run is on zeros, so that the peak is the session's own, without this program's copies of inputs and outputs.
  set_zero_inputs(session.get());
  report.latency.first_ns = timed_run_ns(session.get());
  report.memory = watch.use();
  set_inputs(session.get(), inputs, options.inputs.seed);
  std::vector<Output> outputs;
  report.latency = measure(session.get(), report.latency, inputs.alike, outputs);
  warn_about_labels(labels, outputs);
  report.nonfinite = warn_of_nonfinite(session.get(), inputs, outputs);
  report.state = end_of_tuning(options, session.get());
  report.limits = lower_weight_limits(model.get(), options.session, shapes, report.stats);
  report.isa = options.session.isa.empty() ? rt3d_device_isa() : options.session.isa;
  report.device = rt3d_session_device_text(session.get());
  report.db = db_path_text(options.session);
  print(options, report, inputs, outputs, labels);
  std::fflush(stdout);  // whatever becomes of the files
  write_outputs(options.output_folder, outputs);
}

}  // namespace

Runner run_command(CLI::App& app) { return bind<RunOptions>(app, declare, run); }

}  // namespace rt3d::cli
