#include "cli/commands/bench_run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "cli/parts/busy.h"
#include "cli/parts/failure.h"
#include "cli/parts/peak.h"
#include "cli/parts/plain_text.h"
#include "cli/parts/problem_session.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/statistics.h"
#include "cli/parts/temporary_folder.h"
#include "cli/parts/timing.h"
#include "cli/parts/unreadable.h"

namespace rt3d::cli {
namespace {

constexpr int kMostProfileRuns = 10;

// A database for benchmarks that shall keep nothing: the second session must find what the first one
// measured.
class TemporaryDb {
 public:
  explicit TemporaryDb(SessionOptions& options) {
    if (options.db != "none") return;
    folder_.emplace(std::filesystem::temp_directory_path(), "rt3d-bench-");
    options.db = (folder_->path() / "tuning.db").string();
  }

 private:
  std::optional<TemporaryFolder> folder_;
};

void time_runs(rt3d_session* session, const BenchSettings& settings, BenchReport& report) {
  for (int i = 1; i < settings.warmup; ++i) timed_run_ns(session);
  std::vector<std::int64_t> times(static_cast<std::size_t>(settings.runs));
  for (std::int64_t& time : times) time = timed_run_ns(session);
  report.median_ns = median(times);
  report.p90_ns = quantile(times, 0.9);
  report.min_ns = quantile(times, 0);
}

std::vector<Layer> profile(rt3d_session* session, int runs) {
  timed_run_ns(session);
  std::vector<std::vector<std::int64_t>> times, gaps;
  std::vector<Step> steps;
  for (int i = 0; i < runs; ++i) {
    timed_run_ns(session);
    steps = steps_of(session);
    times.resize(steps.size());
    gaps.resize(steps.size());
    for (std::size_t s = 0; s < steps.size(); ++s) {
      times[s].push_back(steps[s].last_ns);
      gaps[s].push_back(steps[s].last_gap_ns);
    }
  }
  std::vector<Layer> layers;
  for (std::size_t s = 0; s < steps.size(); ++s)
    layers.push_back({steps[s], median(times[s]), median(gaps[s])});
  return layers;
}

bool same_plan(const std::vector<Step>& a, const std::vector<Layer>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Step& step, const Layer& layer) {
    return step.problem == layer.step.problem && step.family == layer.step.family &&
           step.schedule == layer.step.schedule;
  });
}

// The session that is timed is gone before the one that profiles comes: memory holds one at a time.
void profile_layers(rt3d_model* model, const BenchSettings& settings, const std::vector<TensorInfo>& shapes,
                    const std::vector<Step>& timed, BenchReport& report) {
  SessionOptions remembered = settings.session;
  remembered.tune = "off";
  const SessionHandle session = create_session(model, remembered, shapes, true);
  set_random_inputs(session.get(), settings.seed);
  report.layers = profile(session.get(), std::min(settings.runs, kMostProfileRuns));
  if (!same_plan(timed, report.layers)) {
    warn("the database did not keep what was measured: the table is of another plan");
    return;
  }
  // How the timed session came by the schedule; the second one found all of them in the database.
  for (std::size_t i = 0; i < timed.size(); ++i) report.layers[i].step.source = timed[i].source;
}

BenchReport start_report(const std::string& path, const BenchSettings& settings) {
  BenchReport report;
  report.model = path;
  report.database = db_path_text(settings.session);
  report.isa = settings.session.isa.empty() ? rt3d_device_isa() : settings.session.isa;
  report.threads = thread_count(settings.session);
  report.accuracy = settings.session.accuracy;
  report.runs = settings.runs;
  return report;
}

// Sums what sessions of several problems did; memory counts are of the largest.
void add(rt3d_session_stats& sum, const rt3d_session_stats& part) {
  sum.create_ns += part.create_ns;
  sum.optimize_ns += part.optimize_ns;
  sum.tune_ns += part.tune_ns;
  sum.prepare_ns += part.prepare_ns;
  sum.problems += part.problems;
  sum.from_database += part.from_database;
  sum.tuned += part.tuned;
  sum.estimated += part.estimated;
  sum.measurements += part.measurements;
  sum.rows_not_stored += part.rows_not_stored;
  sum.macs += part.macs;
  sum.predicted_ns += part.predicted_ns;
  sum.arena_bytes = std::max(sum.arena_bytes, part.arena_bytes);
  sum.device_arena_bytes = std::max(sum.device_arena_bytes, part.device_arena_bytes);
  sum.device_weight_bytes = std::max(sum.device_weight_bytes, part.device_weight_bytes);
  sum.tensor_bytes = std::max(sum.tensor_bytes, part.tensor_bytes);
  sum.packed_weight_bytes = std::max(sum.packed_weight_bytes, part.packed_weight_bytes);
  sum.model_weight_bytes = std::max(sum.model_weight_bytes, part.model_weight_bytes);
}

struct Line {
  std::size_t number = 0;
  std::string text;
};

std::vector<Line> read_lines(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream whole;
  whole << in.rdbuf();
  std::istringstream rows(plain_text(whole.str()));
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::string text; std::getline(rows, text);) {
    ++number;
    if (text.find_first_not_of(" \t") != std::string::npos && text[0] != '#') lines.push_back({number, text});
  }
  if (lines.empty())
    throw Failure("cannot read problems from " + path + ": " +
                  (number > 0 ? "it has none" : why_nothing(path)) + ": give a file with one problem a line");
  return lines;
}

// Whatever goes wrong with a line says which it is.
template <typename Act>
void at_line(const std::string& path, const Line& line, const Act& act) {
  const auto named = [&](const std::exception& error) {
    return join(path, ":", line.number, ": ", failure_text(error));
  };
  try {
    act();
  } catch (const UsageError& error) {
    throw UsageError(named(error));
  } catch (const std::exception& error) {
    throw Failure(named(error));
  }
}

// What the options make impossible for this one is no line's fault.
constexpr char kNoLine[] = "Add 1x1,1x1 -> 1x1";

// Before minutes of measuring the lines above a wrong one for nothing.
void check_lines(const std::string& path, const std::vector<Line>& lines, const BenchSettings& settings) {
  SessionOptions options = settings.session;
  options.plan_only = true;
  options.tune = "off";
  const ProblemSession options_are_right(kNoLine, options, settings.seed);
  for (const Line& line : lines)
    at_line(path, line, [&] { ProblemSession(line.text, options, settings.seed); });
}

// The step that computes the line's operation, timed over all runs.
std::pair<Layer, std::vector<std::int64_t>> time_problem(const std::string& line,
                                                         const BenchSettings& settings, BenchReport& report) {
  const std::int64_t start = now_ns();
  ProblemSession session(line, settings.session, settings.seed);
  report.load_ns += now_ns() - start;
  report.device = session.device_text();
  add(report.stats, session.stats());
  report.first_run_ns += session.run_ns();
  for (int i = 1; i < settings.warmup; ++i) session.run_ns();
  std::vector<std::int64_t> times, gaps;
  for (int i = 0; i < settings.runs; ++i) {
    session.run_ns();
    const Step step = session.step();
    times.push_back(step.last_ns);
    gaps.push_back(step.last_gap_ns);
  }
  return {{session.step(), median(times), median(gaps)}, times};
}

}  // namespace

BenchReport bench_model(const std::string& path, BenchSettings settings) {
  BenchReport report = start_report(path, settings);
  const TemporaryDb temporary(settings.session);
  const MemoryWatch watch;
  const std::int64_t start = now_ns();
  const ModelHandle model = load_model(path);
  report.machine_load = warn_when_busy();
  const std::vector<TensorInfo> shapes = parse_shapes(settings.session.shapes, inputs_of(model.get()));
  SessionHandle session = create_session(model.get(), settings.session, shapes);
  report.load_ns = now_ns() - start;
  report.device = rt3d_session_device_text(session.get());
  report.stats = stats_of(session.get());
  report.stats.database_note = "";  // the session's own text, which ends with it
  // On zeros, so that the peak is the session's own, without this program's copy of the inputs.
  set_zero_inputs(session.get());
  report.first_run_ns = timed_run_ns(session.get());
  report.memory = watch.use();
  set_random_inputs(session.get(), settings.seed);
  report.peak_gflops = measure_peak(report.threads);
  time_runs(session.get(), settings, report);
  const std::vector<Step> steps = steps_of(session.get());
  session.reset();
  profile_layers(model.get(), settings, shapes, steps, report);
  report.peak_gflops = std::max(report.peak_gflops, measure_peak(report.threads));
  return report;
}

BenchReport bench_problems(const std::string& path, const BenchSettings& settings) {
  BenchReport report = start_report(path, settings);
  if (!settings.session.shapes.empty())
    throw UsageError("--shape is for models: the lines of " + path + " state their shapes");
  const std::vector<Line> lines = read_lines(path);
  check_lines(path, lines, settings);
  const MemoryWatch watch;
  report.machine_load = warn_when_busy();
  report.peak_gflops = measure_peak(report.threads);
  for (const Line& line : lines)
    at_line(path, line, [&] {
      const auto [layer, times] = time_problem(line.text, settings, report);
      report.layers.push_back(layer);
      report.median_ns += layer.ns;
      report.p90_ns += quantile(times, 0.9);
      report.min_ns += quantile(times, 0);
    });
  report.memory = watch.use();
  report.peak_gflops = std::max(report.peak_gflops, measure_peak(report.threads));
  return report;
}

}  // namespace rt3d::cli
