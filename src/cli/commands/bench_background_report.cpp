// The forms of BackgroundReport: a table, JSON, a picture.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/bench_background.h"
#include "cli/parts/failure.h"
#include "cli/parts/line_chart.h"
#include "cli/parts/printable.h"
#include "cli/parts/statistics.h"
#include "cli/parts/table.h"
#include "cli/parts/tuning_text.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct NamedPhase {
  BackgroundReport::Phase phase;
  const char* name;
};
constexpr NamedPhase kPhases[] = {{BackgroundReport::before, "before"},
                                  {BackgroundReport::tuning, "tuning"},
                                  {BackgroundReport::after, "after"}};
constexpr std::size_t kWindows = 60;  // of time, in a picture

std::vector<std::int64_t> times_of(const std::vector<TimedRun>& runs) {
  std::vector<std::int64_t> times;
  times.reserve(runs.size());
  for (const TimedRun& run : runs) times.push_back(run.took_ns);
  return times;
}

double median_of(const BackgroundReport& report, BackgroundReport::Phase phase) {
  return median(times_of(report.runs[phase]));
}

double gain(const BackgroundReport& report) {
  const double after = median_of(report, BackgroundReport::after);
  return after > 0 ? median_of(report, BackgroundReport::before) / after : 0;
}

// Of the time while it was allowed, what the thread took.
double slices_share(const BackgroundReport& report) {
  return report.tuning_ns > 0
             ? static_cast<double>(report.state.spent_ns) / static_cast<double>(report.tuning_ns)
             : 0;
}

std::vector<TimedRun> all_runs(const BackgroundReport& report) {
  std::vector<TimedRun> all;
  for (const auto& runs : report.runs) all.insert(all.end(), runs.begin(), runs.end());
  return all;
}

// The runs that took a newer plan.
std::vector<TimedRun> changes_of(const BackgroundReport& report) {
  std::vector<TimedRun> changes;
  int plans = 0;
  for (const TimedRun& run : all_runs(report)) {
    if (run.plans > plans) changes.push_back(run);
    plans = run.plans;
  }
  return changes;
}

double seconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-9; }
double millis(double ns) { return ns * 1e-6; }

std::string rate_text(const BackgroundReport& report) {
  return report.rate > 0 ? join(fixed(report.rate, 1), " runs a second") : "one run behind the other";
}

}  // namespace

void print_report(const BackgroundReport& report) {
  std::printf("%s: %s MACs, %d threads, accuracy %s, %s; %s\n", printable(report.model).c_str(),
              millions(report.stats.macs).c_str(), report.threads, report.accuracy.c_str(),
              report.device.c_str(), rate_text(report).c_str());
  Table table("lrrrr");
  table.add({"tuning in the background", "runs", "P50 ms", "P95 ms", "longest ms"});
  table.rule();
  for (const auto& [phase, name] : kPhases) {
    const std::vector<std::int64_t> times = times_of(report.runs[phase]);
    const auto at = [&](double part) { return fixed(millis(quantile(times, part)), 3); };
    table.add({name, std::to_string(times.size()), at(0.5), at(0.95), at(1)});
  }
  std::printf("%s", table.text().c_str());
  std::printf("latency  P50 before / after %s; first run %s; load %s\n", fixed(gain(report), 2).c_str(),
              duration(static_cast<double>(report.first_run_ns)).c_str(),
              duration(static_cast<double>(report.load_ns)).c_str());
  std::printf(
      "tuning   %s after %s, %s %% of what is to be measured; it took %s %% of the time; %d newer plans\n",
      report.state.finished ? "finished" : "not finished", long_duration(seconds(report.tuning_ns)).c_str(),
      fixed(100 * report.state.share, 0).c_str(), fixed(100 * slices_share(report), 1).c_str(),
      report.state.plans);
  if (!report.error.empty()) std::printf("         ended by an error: %s\n", printable(report.error).c_str());
  std::printf("database %s; %s\n", printable(report.database).c_str(), tuning_text(report.stats).c_str());
}

json report_json(const BackgroundReport& report) {
  json phases = json::object();
  for (const auto& [phase, name] : kPhases) {
    const std::vector<std::int64_t> times = times_of(report.runs[phase]);
    phases[name] = {{"runs", times.size()},
                    {"p50_ns", quantile(times, 0.5)},
                    {"p95_ns", quantile(times, 0.95)},
                    {"longest_ns", quantile(times, 1)}};
  }
  json changes = json::array();
  for (const TimedRun& run : changes_of(report))
    changes.push_back({{"at_ns", run.at_ns}, {"plans", run.plans}, {"took_ns", run.took_ns}});
  return {{"model", report.model},
          {"device", report.device},
          {"isa", report.isa},
          {"threads", report.threads},
          {"accuracy", report.accuracy},
          {"database", report.database},
          {"machine_load", report.machine_load},
          {"rate", report.rate},
          {"load_ns", report.load_ns},
          {"first_run_ns", report.first_run_ns},
          {"latency", phases},
          {"gain", gain(report)},
          {"tuning_ns", report.tuning_ns},
          {"slices_share", slices_share(report)},
          {"finished", report.state.finished != 0},
          {"share", report.state.share},
          {"problems_tuned", report.state.problems_tuned},
          {"estimated_ns", report.state.estimated_ns},
          {"fastest_ns", report.state.fastest_ns},
          {"plans", report.state.plans},
          {"error", report.error},
          {"plan_changes", changes},
          {"tuning", tuning_json(report.stats)}};
}

std::string latency_svg(const BackgroundReport& report) {
  const std::vector<TimedRun> runs = all_runs(report);
  LineChart chart{
      .title = "Latency while the session is tuned", .x_title = "s", .y_title = "ms", .series = {}};
  ChartSeries middle{"P50", "#30638e", "", {}}, high{"P95", "#d1495b", "4 3", {}};
  const std::size_t window = std::max<std::size_t>(1, runs.size() / kWindows);
  for (std::size_t first = 0; first < runs.size(); first += window) {
    const auto begin = runs.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = runs.begin() + static_cast<std::ptrdiff_t>(std::min(first + window, runs.size()));
    const std::vector<std::int64_t> times = times_of({begin, end});
    const double x = seconds(begin[(end - begin) / 2].at_ns);
    middle.points.emplace_back(x, millis(quantile(times, 0.5)));
    high.points.emplace_back(x, millis(quantile(times, 0.95)));
  }
  ChartSeries changes{"a newer plan", "#edae49", "0 100000", {}};  // points without a line
  for (const TimedRun& run : changes_of(report))
    changes.points.emplace_back(seconds(run.at_ns), millis(static_cast<double>(run.took_ns)));
  chart.series = {middle, high, changes};
  return svg_page({{chart}}, join(report.model, ", ", report.threads, " threads, ", rate_text(report)));
}

}  // namespace rt3d::cli
