// rt3d bench: warm-up, timed runs, then profiled runs in a session of their own for the table per layer. The
// machine's peak is measured before and after, and the larger one counts, so that percentages do not depend
// on a slow moment.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/bench_report.h"
#include "cli/commands.h"
#include "cli/failure.h"
#include "cli/model_inputs.h"
#include "cli/session_options.h"
#include "cli/timing.h"
#include "cli/tuning_text.h"

namespace rt3d::cli {
namespace {

constexpr int kMostProfileRuns = 10;

struct BenchOptions {
  std::vector<std::string> models;
  SessionOptions session;
  int runs = 20;
  int warmup = 3;
  std::uint64_t seed = 1;
  bool as_json = false;
  bool as_csv = false;
};

void declare(CLI::App& app, BenchOptions& options) {
  app.add_option("MODEL", options.models, "ONNX files")->required();
  app.add_option("--runs", options.runs, "Timed runs")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--warmup", options.warmup, "Runs before them")
      ->check(CLI::Range(0, 1000000))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of the random inputs")->type_name("S")->capture_default_str();
  CLI::Option* json =
      app.add_flag("--json", options.as_json, "Print JSON: an object, or an array for several models");
  app.add_flag("--csv", options.as_csv, "Print CSV: one row per layer")->excludes(json);
  add_session_options(app, options.session);
  add_tuning_options(app, options.session);
}

// A database for benchmarks that shall keep nothing: the second session must find what the first one
// measured.
class TemporaryDb {
 public:
  explicit TemporaryDb(SessionOptions& options) {
    if (options.db != "none") return;
    std::string folder = (std::filesystem::temp_directory_path() / "rt3d-bench-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr)
      throw Failure("cannot create a folder like " + folder + ": give --db FILE");
    folder_ = folder;
    options.db = (folder_ / "tuning.db").string();
  }
  ~TemporaryDb() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }
  TemporaryDb(const TemporaryDb&) = delete;
  TemporaryDb& operator=(const TemporaryDb&) = delete;

 private:
  std::filesystem::path folder_;
};

double measure_peak(int threads) {
  double gflops = 0;
  check(rt3d_measure_peak(&gflops, threads), "cannot measure the machine's peak");
  return gflops;
}

std::int64_t peak_memory_bytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

void time_runs(rt3d_session* session, const BenchOptions& options, BenchReport& report) {
  report.first_run_ns = timed_run_ns(session);
  for (int i = 1; i < options.warmup; ++i) timed_run_ns(session);
  std::vector<std::int64_t> times;
  for (int i = 0; i < options.runs; ++i) times.push_back(timed_run_ns(session));
  report.median_ns = median(times);
  report.p90_ns = quantile(times, 0.9);
  report.min_ns = quantile(times, 0);
  report.peak_memory_bytes = peak_memory_bytes();
}

std::vector<Layer> profile(rt3d_session* session, int runs) {
  timed_run_ns(session);
  std::vector<std::vector<std::int64_t>> times;
  std::vector<Step> steps;
  for (int i = 0; i < runs; ++i) {
    timed_run_ns(session);
    steps = steps_of(session);
    times.resize(steps.size());
    for (std::size_t s = 0; s < steps.size(); ++s) times[s].push_back(steps[s].last_ns);
  }
  std::vector<Layer> layers;
  for (std::size_t s = 0; s < steps.size(); ++s) layers.push_back({steps[s], median(times[s])});
  return layers;
}

bool same_plan(const std::vector<Step>& a, const std::vector<Layer>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Step& step, const Layer& layer) {
    return step.problem == layer.step.problem && step.family == layer.step.family &&
           step.schedule == layer.step.schedule;
  });
}

// The session that is timed is gone before the one that profiles comes: memory holds one at a time.
void profile_layers(rt3d_model* model, const BenchOptions& options, const std::vector<TensorInfo>& shapes,
                    const std::vector<Step>& timed, BenchReport& report) {
  SessionOptions remembered = options.session;
  remembered.tune = "off";
  const SessionHandle session = create_session(model, remembered, shapes, true);
  set_random_inputs(session.get(), options.seed);
  report.layers = profile(session.get(), std::min(options.runs, kMostProfileRuns));
  if (!same_plan(timed, report.layers)) {
    std::fprintf(
        stderr,
        "rt3d: warning: the database did not keep what was measured, so the table is of another plan\n");
  }
  // Where the source is the database it was so only for the second session.
  for (std::size_t i = 0; i < report.layers.size() && i < timed.size(); ++i)
    report.layers[i].step.source = timed[i].source;
}

BenchReport bench(const std::string& path, BenchOptions options) {
  BenchReport report;
  report.model = path;
  report.database = db_path_text(options.session);
  const TemporaryDb temporary(options.session);
  report.device = options.session.device == "cpu" ? rt3d_device_text() : options.session.device;
  report.isa = options.session.isa.empty() ? rt3d_device_isa() : options.session.isa;
  report.threads = thread_count(options.session);
  report.runs = options.runs;
  const std::int64_t start = now_ns();
  const ModelHandle model = load_model(path);
  const std::vector<TensorInfo> shapes = parse_shapes(options.session.shapes, inputs_of(model.get()));
  SessionHandle session = create_session(model.get(), options.session, shapes);
  report.load_ns = now_ns() - start;
  report.stats = stats_of(session.get());
  set_random_inputs(session.get(), options.seed);
  report.peak_gflops = measure_peak(report.threads);
  time_runs(session.get(), options, report);
  const std::vector<Step> steps = steps_of(session.get());
  session.reset();
  profile_layers(model.get(), options, shapes, steps, report);
  report.peak_gflops = std::max(report.peak_gflops, measure_peak(report.threads));
  return report;
}

void run(const BenchOptions& options) {
  nlohmann::json reports = nlohmann::json::array();
  for (std::size_t i = 0; i < options.models.size(); ++i) {
    const BenchReport report = bench(options.models[i], options);
    if (options.as_json) {
      reports.push_back(report_json(report));
    } else if (options.as_csv) {
      print_csv(report, i == 0);
    } else {
      std::printf(i == 0 ? "" : "\n");
      print_report(report);
    }
  }
  if (options.as_json) print_json(reports.size() == 1 ? reports[0] : reports);
}

}  // namespace

Runner bench_command(CLI::App& app) { return bind<BenchOptions>(app, declare, run); }

}  // namespace rt3d::cli
