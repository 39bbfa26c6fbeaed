// The thread that tunes a session beside its runs: in slices, which take a share of the time, and take turns with runs (session_turns.h).
// Its errors end the tuning and reach nobody's run.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "base/forks.h"
#include "runtime/choosing/session_turns.h"
#include "runtime/current_plan.h"
#include "runtime/later_tuning.h"

namespace rt3d::runtime {

class BackgroundTuning {
 public:
  // Of the session with that plan and these turns, which must live longer; nullptr: there is nothing to tune. The thread begins a little later,
  // so that a first run need not meet it. Where the system gives none, tuning has ended with that error.
  BackgroundTuning(std::unique_ptr<LaterTuning> tuning, CurrentPlan& plan, SessionTurns& turns,
                   const SessionOptions& options);
  // Waits for the step at hand. Not in a forked child, where the thread is not: there, what was known of it stays behind.
  ~BackgroundTuning();
  BackgroundTuning(const BackgroundTuning&) = delete;
  BackgroundTuning& operator=(const BackgroundTuning&) = delete;

  // Of any thread at any time; returns at once.
  void allow(bool tuning);
  LaterTuningState state() const;
  bool in_child() const { return forks().born != born_; }

  // At rest for as long as it lives, once the step at hand is done. Meanwhile the tuning may be replaced.
  class Pause {
   public:
    explicit Pause(BackgroundTuning* of);  // nullptr: of none
    ~Pause();
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    std::unique_ptr<LaterTuning> replace(std::unique_ptr<LaterTuning> by) noexcept;  // returns the one before

   private:
    BackgroundTuning* of_;
  };

 private:
  using Clock = SessionTurns::Clock;
  using Lock = std::unique_lock<std::mutex>;
  void work();
  bool await_slice(Lock& lock);
  Clock::duration slice();
  void tune();
  void end(const char* error);
  void publish();
  bool rests() const { return !allowed_ || pauses_ > 0 || ended_; }

  CurrentPlan& plan_;
  SessionTurns& turns_;
  const TuningOptions tuning_options_;
  const BackgroundOptions options_;
  std::unique_ptr<LaterTuning> tuning_;  // the thread's, unless it is at rest
  const unsigned born_ = forks().born;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool allowed_ = true, stopped_ = false, working_ = false, ended_ = false;
  int pauses_ = 0;
  Clock::time_point due_;  // the next slice
  std::chrono::nanoseconds spent_{};
  LaterTuningState state_;
  std::thread thread_;
};

}  // namespace rt3d::runtime
