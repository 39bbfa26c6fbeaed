// rt3d run: inputs in, outputs out, with how long it took and on what.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/json_output.h"
#include "cli/memory.h"
#include "cli/model_inputs.h"
#include "cli/nonfinite_warning.h"
#include "cli/output_file.h"
#include "cli/random_inputs.h"
#include "cli/scores.h"
#include "cli/session_options.h"
#include "cli/statistics.h"
#include "cli/table.h"
#include "cli/timing.h"
#include "cli/tuning_text.h"

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

struct Output : NamedArray {
  Array scored;  // what scores are shown of: the whole, or one of several equal items
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
      ->check(CLI::Range(0, 1'000'000))
      ->type_name("K")
      ->capture_default_str();
  app.add_flag("--json", options.as_json, "Print JSON");
  add_session_options(app, options.session);
  add_tuning_options(app, options.session);
}

std::vector<std::string> labels_for(const RunOptions& options, const rt3d_model* model) {
  if (!options.labels.empty()) return read_labels(options.labels);
  const char* stored = rt3d_model_metadata(model, "rt3d.labels");
  return stored == nullptr ? std::vector<std::string>() : split_lines(stored);
}

// Of an output whose batch items are all of one clip, the first.
Array first_alike(const Array& array, std::int64_t alike) {
  if (alike <= 1 || array.shape.size() < 2 || array.shape[0] != alike) return array;
  Array first{array.dtype, array.shape, {}};
  first.shape[0] = 1;
  const auto bytes = static_cast<std::ptrdiff_t>(array.data.size()) / alike;
  first.data.assign(array.data.begin(), array.data.begin() + bytes);
  return first;
}

std::vector<Output> copy_outputs(const rt3d_session* session, std::int64_t alike) {
  std::vector<Output> outputs;
  for (const TensorInfo& info : outputs_of(session)) {
    Array array{info.dtype, info.dims, {}};
    const std::size_t bytes = static_cast<std::size_t>(element_count(info.dims)) * dtype_bytes(info.dtype);
    const auto* data = static_cast<const std::byte*>(
        rt3d_session_output(session, static_cast<std::int32_t>(outputs.size())));
    array.data.assign(data, data + bytes);
    Array scored = first_alike(array, alike);
    outputs.push_back({{info.name, std::move(array)}, std::move(scored)});
  }
  return outputs;
}

// A name that is safe as a file's: everything but letters, digits, '.', '_' and '-' becomes '_'.
std::string file_name(const std::string& name, std::map<std::string, int>& used) {
  std::string safe = name;
  for (char& c : safe) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  if (safe.empty() || safe[0] == '.') safe.insert(0, "_");
  const int before = used[safe]++;
  return (before == 0 ? safe : join(safe, "_", before + 1)) + ".npy";
}

// Before minutes of tuning for nothing.
void check_outputs(const std::string& folder, const rt3d_model* model) {
  if (folder.empty()) return;
  refuse_dash("-o", folder);
  check_output_folder(folder);
  if (!std::filesystem::is_directory(folder)) return;
  std::map<std::string, int> used;
  for (const TensorInfo& output : outputs_of(model))
    check_output(std::filesystem::path(folder) / file_name(output.name, used));
}

void write_outputs(const std::string& folder, const std::vector<Output>& outputs) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Failure("cannot create the folder " + folder + ": " + error.message());
  std::map<std::string, int> used;
  for (const Output& output : outputs) {
    const Array& array = output.array;
    write_whole(std::filesystem::path(folder) / file_name(output.name, used),
                [&](const std::filesystem::path& file) {
                  write_npy(file, array.dtype, array.shape, array.data.data());
                });
  }
}

// The best scores of a vector: with labels as probabilities, without as they are.
struct Score {
  std::size_t index = 0;
  std::string label;
  double value = 0;
};
std::vector<Score> best_scores(const Array& array, const std::vector<std::string>& labels,
                               std::size_t count) {
  if (!is_vector(array.shape)) return {};
  std::vector<double> values = values_of(array);
  const bool classes = labels.size() == values.size();
  if (classes) values = probabilities(values);
  std::vector<Score> scores;
  for (const std::size_t i : top(values, count)) scores.push_back({i, classes ? labels[i] : "", values[i]});
  return scores;
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

// Labels name the classes of the outputs that have as many; where there is none somebody would miss them.
void warn_about_labels(const std::vector<std::string>& labels, const std::vector<Output>& outputs) {
  if (labels.empty()) return;
  std::string sizes;
  for (const Output& output : outputs) {
    if (!is_vector(output.scored.shape)) continue;
    const auto classes = static_cast<std::size_t>(element_count(output.scored.shape));
    if (classes == labels.size()) return;
    sizes += join(sizes.empty() ? "" : ", ", "'", output.name, "' has ", classes, " classes");
  }
  warn(join("there are ", labels.size(), " labels, but ",
            sizes.empty() ? "no output is a vector of classes" : sizes, ": labels are not shown"));
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

void print_output(const Output& output, const std::vector<std::string>& labels, std::size_t count) {
  const Summary summary = summarize(output.array);
  std::printf("output   %s: %s %s, min %.6g, max %.6g, mean %.6g", output.name.c_str(),
              dtype_name(output.array.dtype), dims_text(output.array.shape).c_str(), summary.least,
              summary.most, summary.mean);
  if (summary.not_finite > 0) std::printf(", %lld not finite", static_cast<long long>(summary.not_finite));
  std::printf("\n");
  Table table("rlr");
  for (const Score& score : best_scores(output.scored, labels, count)) {
    const bool classes = !score.label.empty();
    table.add({std::to_string(score.index), score.label,
               classes ? fixed(score.value * 100, 2) + " %" : fixed(score.value, 6)});
  }
  std::printf("%s", table.text().c_str());
}

json output_json(const Output& output, const std::vector<std::string>& labels, std::size_t count) {
  const Summary summary = summarize(output.array);
  json scores = json::array();
  for (const Score& score : best_scores(output.scored, labels, count)) {
    json row = {{"index", score.index}, {"score", score.value}};
    if (!score.label.empty()) row["label"] = score.label;
    scores.push_back(row);
  }
  return {{"name", output.name},
          {"dtype", dtype_name(output.array.dtype)},
          {"shape", output.array.shape},
          {"min", summary.least},
          {"max", summary.most},
          {"mean", summary.mean},
          {"not_finite", summary.not_finite},
          {"top", scores}};
}

// What a run found out, beside the values of its outputs.
struct Report {
  Latency latency;
  MemoryUse memory;
  rt3d_session_stats stats = {};
  std::int64_t nonfinite = 0;
  std::string isa, device, db;
};

json report_json(const RunOptions& options, const Report& report, const std::vector<std::string>& notes) {
  return {{"model", options.model},
          {"device", report.device},
          {"isa", report.isa},
          {"threads", thread_count(options.session)},
          {"accuracy", options.session.accuracy},
          {"load_ns", report.latency.load_ns},
          {"first_run_ns", report.latency.first_ns},
          {"median_ns", report.latency.median_ns},
          {"memory", memory_json(report.memory, report.stats)},
          {"database", report.db},
          {"tuning", tuning_json(report.stats)},
          {"nonfinite_outputs", report.nonfinite},
          {"inputs", notes}};
}

void print_report(const RunOptions& options, const Report& report) {
  const Latency& latency = report.latency;
  std::printf("latency  first run %s, then %s (median of %zu); load %s\n",
              duration(double(latency.first_ns)).c_str(), duration(latency.median_ns).c_str(),
              latency.later_runs, duration(double(latency.load_ns)).c_str());
  std::printf("device   %s; code for %s; accuracy %s\n", report.device.c_str(), report.isa.c_str(),
              options.session.accuracy.c_str());
  std::printf("memory   %s\n", memory_text(report.memory, report.stats).c_str());
  std::printf("tuning   %s; database %s\n", tuning_text(report.stats).c_str(), report.db.c_str());
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
  for (const std::string& note : inputs.notes) std::printf("input    %s\n", note.c_str());
  for (const Output& output : outputs) print_output(output, labels, options.top);
  print_report(options, report);
}

void run(const RunOptions& options) {
  const MemoryWatch watch;
  const std::int64_t start = now_ns();
  const ModelHandle model = load_model(options.model);
  Report report;
  report.latency.load_ns = now_ns() - start;
  check_outputs(options.output_folder, model.get());
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
  report.isa = options.session.isa.empty() ? rt3d_device_isa() : options.session.isa;
  report.device = options.session.device == "cpu" ? rt3d_device_text() : options.session.device;
  report.db = db_path_text(options.session);
  print(options, report, inputs, outputs, labels);
  std::fflush(stdout);  // whatever becomes of the files
  write_outputs(options.output_folder, outputs);
}

}  // namespace

Runner run_command(CLI::App& app) { return bind<RunOptions>(app, declare, run); }

}  // namespace rt3d::cli
