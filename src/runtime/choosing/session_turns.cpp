#include "runtime/choosing/session_turns.h"

#include <utility>

namespace rt3d::runtime {
namespace {
constexpr std::chrono::milliseconds kWakes{1};
}

void SessionTurns::begin_run() {
  std::unique_lock lock(mutex_);
  if (tuner_waits_ && passed_) {
    run_waits_ = true;
    to_session_.wait_for(lock, kWakes, [&] { return !tuner_waits_; });
  }
  passed_ = passed_ || tuner_waits_;
  run_waits_ = true;
  to_session_.wait(lock, [&] { return !taken_; });
  run_waits_ = false;
  running_ = true;
}

void SessionTurns::end_run() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  to_tuner_.notify_one();
}

void SessionTurns::keep(bool to_the_session) {
  {
    const std::lock_guard lock(mutex_);
    kept_ += to_the_session ? 1 : -1;
  }
  to_tuner_.notify_one();
}

bool SessionTurns::begin_slice() {
  std::unique_lock lock(mutex_);
  tuner_waits_ = true;
  to_tuner_.wait(lock, [&] { return !running_ || kept_ > 0; });
  tuner_waits_ = false;
  to_session_.notify_one();
  if (kept_ > 0) return false;
  taken_ = true;
  owed_ = std::exchange(passed_, false);
  owed_until_ = Clock::now() + slice_;
  lost_ = false;
  return true;
}

// A session that makes the tuner wait, and waits for it, runs all the time: the next slice is owed from the start.
void SessionTurns::end_slice() {
  {
    const std::lock_guard lock(mutex_);
    taken_ = false;
    passed_ = passed_ || lost_ || (owed_ && wanted());
    owed_ = false;
  }
  to_session_.notify_one();
}

bool SessionTurns::take() {
  const std::lock_guard lock(mutex_);
  if (taken_) return true;
  taken_ = kept_ == 0 && !wanted();
  lost_ = lost_ || !taken_;
  return taken_;
}

void SessionTurns::give_back() {
  {
    const std::lock_guard lock(mutex_);
    if (!taken_) return;
    taken_ = false;
  }
  to_session_.notify_one();
}

bool SessionTurns::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

bool SessionTurns::over() const {
  const std::lock_guard lock(mutex_);
  return kept_ > 0 || (wanted() && (!owed_ || Clock::now() >= owed_until_));
}

bool SessionTurns::over_at_once() const {
  const std::lock_guard lock(mutex_);
  const bool now = kept_ > 0 || (wanted() && !owed_);
  lost_ = lost_ || now;
  return now;
}

}  // namespace rt3d::runtime
