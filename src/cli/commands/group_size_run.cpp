#include "cli/commands/group_size_run.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>

#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/peak.h"
#include "cli/parts/printable.h"
#include "cli/parts/problem_session.h"
#include "cli/parts/statistics.h"
#include "cli/parts/table.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

constexpr std::uint64_t kInputSeed = 1;
constexpr double kMiddleRate = 3;
constexpr int kTries = 3;       // to measure a point that was disturbed
constexpr double kAgree = 1.1;  // the two least times of a layer, where nothing disturbs
// Multiply-adds that Winograd's methods leave of the direct ones, at the least: half along each of three dimensions.
constexpr double kWinogradLeaves = 1.0 / 8;
constexpr std::int64_t kDenseTuning = 10;  // times as long: every point is compared with the dense layer

struct Task {
  std::size_t layer;
  std::string scheme, code;
  int gm, gn, kept_percent;
};

std::int64_t time_step(ProblemSession& session) {
  session.run_ns();
  return session.step().last_ns;
}

// A layer's dense sessions, which every point of it is measured with by turns.
class Dense {
 public:
  Dense(const SyntheticLayer& layer, const SessionOptions& options)
      : layer_(layer), options_(options), direct_(open("", "direct")), best_(open("", "best")) {}

  // Again, a few times, where the times do not agree with each other or with what can be.
  GroupPoint measure(const Task& task, int runs, double& peak_gflops) {
    const std::string sparsity = task.scheme + ":" + std::to_string(task.gm) + "x" + std::to_string(task.gn) +
                                 ":" + std::to_string(task.kept_percent) + "%";
    const std::unique_ptr<ProblemSession> sparse = open(sparsity, task.code);
    ProblemSession* const turns[kTurns] = {direct_.get(), best_.get(), sparse.get()};
    Times times[kTurns];
    for (ProblemSession* session : turns) session->run_ns();
    GroupPoint point{layer_.name, task.scheme, task.code, task.gm, task.gn, task.kept_percent};
    point.family = sparse->step().family;
    for (int i = 0; i < kTries; ++i) {
      point.least_direct_ns = least_ns(direct_->step(), peak_gflops);
      point.least_ns = least_ns(sparse->step(), peak_gflops);
      take_turns(turns, times, runs);
      point.direct_ns = quantile(times[0], 0);
      point.best_ns = quantile(times[1], 0);
      point.ns = quantile(times[2], 0);
      std::vector<GroupPoint> points = {point, undisturbed_};
      if (undisturbed_.direct_ns == 0) points.pop_back();
      mark_disturbed(points);
      if (undisturbed_.direct_ns == 0 || point.direct_ns < undisturbed_.direct_ns) undisturbed_ = point;
      if (!points[0].disturbed && std::all_of(std::begin(times), std::end(times), agree)) break;
      // A busy machine may have shown too low a peak.
      if (points[0].disturbed) peak_gflops = std::max(peak_gflops, measure_peak(thread_count(options_)));
    }
    return point;
  }

 private:
  std::unique_ptr<ProblemSession> open(const std::string& sparsity, const std::string& code) const {
    SessionOptions options = options_;
    options.accuracy = code == "direct" ? "exact" : "default";
    if (sparsity.empty())
      options.tune_ms =
          std::min(options.tune_ms, std::numeric_limits<std::int64_t>::max() / kDenseTuning) * kDenseTuning;
    const std::string attribute = sparsity.empty() ? "" : " sparsity=" + sparsity;
    return std::make_unique<ProblemSession>(layer_.problem + attribute, options, kInputSeed);
  }

  static constexpr std::size_t kTurns = 3;
  using Times = std::vector<std::int64_t>;

  static void take_turns(ProblemSession* const (&turns)[kTurns], Times (&times)[kTurns], int runs) {
    for (int i = 0; i < runs; ++i) {
      if (interruption_requested()) throw Interrupted();
      for (std::size_t t = 0; t < kTurns; ++t) times[t].push_back(time_step(*turns[t]));
    }
  }

  // Whether the least time was come close to a second time; of a single run nothing can be said.
  static bool agree(const Times& times) {
    Times least = times;
    std::sort(least.begin(), least.end());
    return least.size() < 2 || static_cast<double>(least[1]) <= kAgree * static_cast<double>(least[0]);
  }

  // At the peak.
  static double least_ns(const Step& step, double peak_gflops) {
    const double macs = step.executed_macs > 0 ? static_cast<double>(step.executed_macs)
                                               : kWinogradLeaves * static_cast<double>(step.kept_macs);
    return 2 * macs / peak_gflops;
  }

  SyntheticLayer layer_;
  SessionOptions options_;
  std::unique_ptr<ProblemSession> direct_, best_;
  GroupPoint undisturbed_;  // the point whose dense layer was the fastest so far
};

int kept_percent(double rate) { return std::clamp(static_cast<int>(std::lround(100 / rate)), 1, 99); }

std::vector<Task> tasks_of(const GroupStudy& study) {
  std::vector<double> rates = study.rates;
  std::stable_sort(rates.begin(), rates.end(), [](double a, double b) {
    return std::fabs(std::log(a / kMiddleRate)) < std::fabs(std::log(b / kMiddleRate));
  });
  std::vector<Task> tasks;
  for (const double rate : rates)
    for (std::size_t layer = 0; layer < study.layers.size(); ++layer)
      for (const std::string& scheme : study.schemes)
        for (const char* code : {"direct", "best"}) {
          if (scheme == "kgs" && std::string(code) == "best") continue;
          for (const int gm : study.gm)
            for (const int gn : study.gn) tasks.push_back({layer, scheme, code, gm, gn, kept_percent(rate)});
        }
  return tasks;
}

class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (terminal_) std::fputs("\r\x1b[K", stderr);
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done, std::int64_t elapsed_ns, const std::string& what) const {
    const double left = done == 0 ? 0
                                  : static_cast<double>(elapsed_ns) / static_cast<double>(done) *
                                        static_cast<double>(total_ - done);
    const std::string text = printable(std::to_string(done) + " of " + std::to_string(total_) + " points, " +
                                       (done == 0 ? "" : "about " + duration(left) + " left, ") + what);
    if (terminal_)
      std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
    else if (done % kLineEvery == 0)
      std::fprintf(stderr, "%s\n", text.c_str());
  }

 private:
  static constexpr std::size_t kLineEvery = 25;
  std::size_t total_;
  bool terminal_;
};

}  // namespace

std::vector<SyntheticLayer> synthetic_layers() {
  const std::string tail = " act=relu dilations=1x1x1 group=1 ";
  return {
      {"3x3x3",
       "Conv 1x64x8x28x28,c128x64x3x3x3,c128 -> 1x128x8x28x28" + tail + "pads=1x1x1x1x1x1 strides=1x1x1"},
      {"1x3x3",
       "Conv 1x64x8x28x28,c128x64x1x3x3,c128 -> 1x128x8x28x28" + tail + "pads=0x1x1x0x1x1 strides=1x1x1"},
      {"3x1x1",
       "Conv 1x128x8x28x28,c64x128x3x1x1,c64 -> 1x64x8x28x28" + tail + "pads=1x0x0x1x0x0 strides=1x1x1"},
      {"linear", "Gemm 1x4096,c2048x4096,c2048 -> 1x2048 act=relu"},
  };
}

GroupResults study_groups(const GroupStudy& study) {
  const std::vector<Task> tasks = tasks_of(study);
  GroupResults results;
  results.wanted = tasks.size();
  const Progress progress(tasks.size());
  const std::int64_t start = now_ns();
  double peak_gflops = measure_peak(thread_count(study.session));
  std::vector<std::unique_ptr<Dense>> dense(study.layers.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const std::int64_t elapsed = now_ns() - start;
    if (interruption_requested()) break;
    if (study.limit_seconds > 0 && static_cast<double>(elapsed) * 1e-9 > study.limit_seconds) break;
    const Task& task = tasks[i];
    progress.show(i, elapsed, study.layers[task.layer].name + " " + task.scheme);
    try {
      if (!dense[task.layer])
        dense[task.layer] = std::make_unique<Dense>(study.layers[task.layer], study.session);
      results.points.push_back(dense[task.layer]->measure(task, study.runs, peak_gflops));
    } catch (const Interrupted&) {
      break;
    }
  }
  mark_disturbed(results.points);
  const auto place = [&](const GroupPoint& point) {
    return std::find_if(study.layers.begin(), study.layers.end(),
                        [&](const SyntheticLayer& layer) { return layer.name == point.layer; });
  };
  std::stable_sort(results.points.begin(), results.points.end(),
                   [&](const GroupPoint& a, const GroupPoint& b) { return place(a) < place(b); });
  return results;
}

}  // namespace rt3d::cli
