#include "runtime/later_tuning.h"

#include <limits>
#include <optional>
#include <utility>

#include "base/log.h"
#include "runtime/choosing/session_turns.h"
#include "runtime/planning/planner.h"

namespace rt3d::runtime {

// All problems, tuned in one mode.
struct LaterTuning::Pass {
  Pass(const Prepared& plan, const SessionOptions& session, tuner::Mode mode)
      : options(session.tuning),
        problems(problems_of(*plan.form->graph, *plan.form->zeros, plan.devices, session.memory_limit)) {
    // All that the session will hold is packed by now, and stays beside what is measured: that is to hold two candidates, no more.
    if (!problems.choices.empty())
      problems.choices.front().held_bytes = std::numeric_limits<std::int64_t>::max() / 2;
    options.mode = mode;
    options.limit_ms = std::numeric_limits<std::int64_t>::max();  // the time is the caller's to give
    choosing.emplace(problems.choices, plan.devices, options, *plan.platform->db);
  }

  TuningOptions options;
  GraphProblems problems;
  std::optional<Choosing> choosing;
};

LaterTuning::LaterTuning(std::shared_ptr<Prepared> first, const SessionOptions& options)
    : latest_(std::move(first)), options_(options) {
  modes_.push_back(tuner::Mode::quick);
  if (options.tuning.mode == tuner::Mode::full) modes_.push_back(tuner::Mode::full);
}
LaterTuning::~LaterTuning() = default;

std::shared_ptr<Prepared> LaterTuning::until(Clock::time_point deadline) {
  while (!finished_) {
    const int done = tuned_ + (pass_ ? pass_->choosing->problems_done() : 0);
    if (done > planned_at_) {
      planned_at_ = done;
      if (std::shared_ptr<Prepared> newer = plan()) return newer;
    }
    if (stopped_ || at_ == modes_.size()) {
      finished_ = true;
      return nullptr;
    }
    if (!measure(deadline)) return nullptr;
  }
  return nullptr;
}

// Whether there is something to do beside measuring.
bool LaterTuning::measure(Clock::time_point deadline) {
  if (now_of(options_.tuning) >= deadline) return false;
  if (!pass_) {
    if (options_.tuning.turns != nullptr) options_.tuning.turns->give_back();
    pass_ = std::make_unique<Pass>(*latest_, options_, modes_[at_]);
  }
  Choosing& choosing = *pass_->choosing;
  const int before = choosing.problems_done();
  const bool ended = choosing.until(deadline);
  if (!ended) return choosing.problems_done() > before;
  gains_ = gains();
  tuned_ += choosing.problems();
  stopped_ = choosing.stopped();
  pass_.reset();
  ++at_;
  return true;
}

std::shared_ptr<Prepared> LaterTuning::plan() {
  tuner::Turns* turns = options_.tuning.turns;
  if (turns != nullptr) turns->give_back();
  std::shared_ptr<Prepared> newer =
      Prepared::newer_than(*latest_, options_, turns == nullptr ? nullptr : &turns->own_threads());
  if (newer == nullptr) return nullptr;
  log(LogLevel::info, "session: a newer plan, after ", planned_at_, " tuned problems");
  return latest_ = std::move(newer);
}

// The latest of each problem.
Gains LaterTuning::gains() const {
  Gains all = gains_;
  if (pass_)
    for (const auto& [problem, gain] : pass_->choosing->gains()) all[problem] = gain;
  return all;
}

LaterTuningState LaterTuning::state() const {
  LaterTuningState state;
  state.finished = finished_;
  state.problems_tuned = tuned_ + (pass_ ? pass_->choosing->problems_done() : 0);
  for (const auto& [problem, gain] : gains()) {
    state.estimated_ns += gain.estimated_ns;
    state.fastest_ns += gain.fastest_ns;
  }
  const double passes = static_cast<double>(modes_.size());
  state.share =
      finished_ ? 1 : (static_cast<double>(at_) + (pass_ ? pass_->choosing->share_done() : 0)) / passes;
  return state;
}

}  // namespace rt3d::runtime
