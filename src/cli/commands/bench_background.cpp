#include "cli/commands/bench_background.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "cli/parts/busy.h"
#include "cli/parts/failure.h"
#include "cli/parts/random_inputs.h"
#include "cli/parts/timing.h"

namespace rt3d::cli {
namespace {

constexpr double kSeconds = 120;

rt3d_tuning_state tuning_of(const rt3d_session* session) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  check(rt3d_session_get_tuning(&state, session), "cannot ask for the tuning");
  return state;
}

// Runs of one session, at a rate.
class Clocked {
 public:
  Clocked(rt3d_session* session, double rate)
      : session_(session), gap_ns_(rate > 0 ? static_cast<std::int64_t>(1e9 / rate) : 0) {}

  void run(std::vector<TimedRun>& runs) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(due_ns_ - now_ns()));
    const std::int64_t begun = now_ns();
    due_ns_ = std::max(due_ns_, begun - gap_ns_) + gap_ns_;
    const std::int64_t took = timed_run_ns(session_);
    runs.push_back({begun - start_ns_, took, tuning_of(session_).plans});
  }
  std::int64_t since_start_ns() const { return now_ns() - start_ns_; }

 private:
  rt3d_session* session_;
  std::int64_t gap_ns_, start_ns_ = now_ns(), due_ns_ = start_ns_;
};

void allow_tuning(rt3d_session* session, bool allowed) {
  check(rt3d_session_set_tuning_allowed(session, allowed ? 1 : 0), "cannot tune in the background");
}

}  // namespace

BackgroundReport bench_background(const std::string& path, const BenchSettings& settings,
                                  const BackgroundSettings& background) {
  BackgroundReport report;
  report.model = path;
  report.database = db_path_text(settings.session);
  report.isa = settings.session.isa.empty() ? rt3d_device_isa() : settings.session.isa;
  report.threads = thread_count(settings.session);
  report.accuracy = settings.session.accuracy;
  report.rate = background.rate;
  const std::int64_t start = now_ns();
  const ModelHandle model = load_model(path);
  report.machine_load = warn_when_busy();
  const SessionHandle session = create_session(model.get(), settings.session,
                                               parse_shapes(settings.session.shapes, inputs_of(model.get())));
  allow_tuning(session.get(), false);
  report.load_ns = now_ns() - start;
  report.device = rt3d_session_device_text(session.get());
  report.stats = stats_of(session.get());
  report.stats.database_note = "";  // the session's own text, which ends with it
  set_random_inputs(session.get(), settings.seed);
  report.first_run_ns = timed_run_ns(session.get());
  for (int i = 1; i < settings.warmup; ++i) timed_run_ns(session.get());
  Clocked clocked(session.get(), background.rate);
  for (int i = 0; i < settings.runs; ++i) clocked.run(report.runs[BackgroundReport::before]);
  allow_tuning(session.get(), true);
  const std::int64_t begun = clocked.since_start_ns();
  const double most_s = background.seconds > 0 ? background.seconds : kSeconds;
  const auto most_ns = static_cast<std::int64_t>(most_s * 1e9);
  while (tuning_of(session.get()).finished == 0 && clocked.since_start_ns() - begun < most_ns)
    clocked.run(report.runs[BackgroundReport::tuning]);
  report.tuning_ns = clocked.since_start_ns() - begun;
  allow_tuning(session.get(), false);
  while (tuning_of(session.get()).resting == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  timed_run_ns(session.get());  // the last plan's first
  for (int i = 0; i < settings.runs; ++i) clocked.run(report.runs[BackgroundReport::after]);
  report.state = tuning_of(session.get());
  report.error = report.state.error;
  report.state.error = "";  // the session's own text, likewise
  return report;
}

}  // namespace rt3d::cli
