// Whose turn it is on a session's threads: a run's, or a measurement's between runs.
//
// The tuner comes in slices. In one that began while nobody ran, a run waits for the kernel that is being measured, no longer; the round is
// lost then. A session that always runs would leave the tuner nothing: so a run that finds the tuner waiting since before the run ahead of it
// lets it go first, and waits for the slice, which is a short one. It does not wait longer than kWakes for a tuner that does not wake up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "tuner/turns.h"

namespace rt3d::runtime {

class SessionTurns final : public tuner::Turns {
 public:
  using Clock = std::chrono::steady_clock;
  // How long the tuner may measure while a run waits.
  explicit SessionTurns(std::chrono::nanoseconds slice) : slice_(slice) {}

  // The session's side. Allocates nothing.
  class Run {  // for as long as it lives
   public:
    explicit Run(SessionTurns& turns) : turns_(turns) { turns_.begin_run(); }
    ~Run() { turns_.end_run(); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    SessionTurns& turns_;
  };
  // From here on, or no longer, the tuner gets no turn and pauses at once.
  void keep(bool to_the_session);

  // The tuner's side. Waits for a turn, and has it; false: the session keeps them.
  bool begin_slice();
  void end_slice();
  bool take() override;
  void give_back() override;
  bool taken() const override;
  bool over() const override;
  bool over_at_once() const override;
  ThreadPool& own_threads() override { return own_; }

 private:
  void begin_run();
  void end_run();
  bool wanted() const { return running_ || run_waits_; }

  const std::chrono::nanoseconds slice_;
  ThreadPool own_{1};
  mutable std::mutex mutex_;
  std::condition_variable to_session_, to_tuner_;
  bool running_ = false, run_waits_ = false;
  bool taken_ = false;         // by the tuner
  bool tuner_waits_ = false;   // for its slice
  bool passed_ = false;        // by a run, since the tuner last got anywhere
  bool owed_ = false;          // the slice at hand: runs wait for it
  mutable bool lost_ = false;  // the slice at hand ended before its time
  Clock::time_point owed_until_{};
  int kept_ = 0;  // by the session: how often keep(true) stands
};

}  // namespace rt3d::runtime
