#include "runtime/background_tuning.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <system_error>

#include "base/error.h"
#include "base/log.h"

namespace rt3d::runtime {
namespace {

constexpr int kIdleSlices = 10;  // a slice that nobody waits for, in slices
constexpr std::chrono::milliseconds kBegins{100};

// Android's THREAD_PRIORITY_BACKGROUND: behind all that an app shows. Not SCHED_IDLE: a thread that others starve would keep its turn from
// runs. Nor Android's background group, which may run on small cores alone: what is measured there would say nothing of where runs are.
constexpr int kNice = 10;

void step_back() {
#ifdef __linux__
  pthread_setname_np(pthread_self(), "rt3d-tune");
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  if (setpriority(PRIO_PROCESS, thread, kNice) != 0)
    log(LogLevel::info, "tuning in the background keeps the usual priority");
#endif
}

}  // namespace

BackgroundTuning::BackgroundTuning(std::unique_ptr<LaterTuning> tuning, CurrentPlan& plan,
                                   SessionTurns& turns, const SessionOptions& options)
    : plan_(plan),
      turns_(turns),
      tuning_options_(options.tuning),
      options_(options.background),
      tuning_(std::move(tuning)),
      ended_(tuning_ == nullptr),
      due_(Clock::now() + kBegins) {
  watch_forks();
  if (ended_) return;
  publish();
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error& error) {
    end(cat("cannot start a thread: ", error.what()).c_str());
  }
}

BackgroundTuning::~BackgroundTuning() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  turns_.keep(true);
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BackgroundTuning::allow(bool tuning) {
  if (in_child()) return;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(allowed_, tuning) == tuning) return;
    turns_.keep(!tuning);
  }
  changed_.notify_all();
}

LaterTuningState BackgroundTuning::state() const {
  if (in_child()) return {.finished = true, .resting = true, .error = "the process was forked"};
  const std::lock_guard lock(mutex_);
  LaterTuningState state = state_;
  state.finished = ended_;
  state.plans = plan_.taken();
  state.plan_waits = plan_.waiting();
  state.resting = rests() && !working_;
  return state;
}

BackgroundTuning::Pause::Pause(BackgroundTuning* of) : of_(of != nullptr && !of->in_child() ? of : nullptr) {
  if (of_ == nullptr) return;
  Lock lock(of_->mutex_);
  ++of_->pauses_;
  of_->turns_.keep(true);
  of_->changed_.wait(lock, [&] { return !of_->working_; });
}

BackgroundTuning::Pause::~Pause() {
  if (of_ == nullptr) return;
  {
    const std::lock_guard lock(of_->mutex_);
    --of_->pauses_;
    of_->turns_.keep(false);
  }
  of_->changed_.notify_all();
}

std::unique_ptr<LaterTuning> BackgroundTuning::Pause::replace(std::unique_ptr<LaterTuning> by) noexcept {
  if (of_ == nullptr) return by;
  std::swap(of_->tuning_, by);
  of_->publish();
  const std::lock_guard lock(of_->mutex_);
  of_->ended_ = of_->tuning_ == nullptr;
  return by;
}

void BackgroundTuning::work() {
  step_back();
  Lock lock(mutex_);
  while (await_slice(lock)) {
    working_ = true;
    lock.unlock();
    const Clock::duration took = slice();
    lock.lock();
    working_ = false;
    spent_ += took;
    state_.spent_ns = spent_.count();
    due_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(took * (1 / options_.share - 1));
    changed_.notify_all();
  }
}

// False: there is none any more.
bool BackgroundTuning::await_slice(Lock& lock) {
  for (;;) {
    if (stopped_) return false;
    if (rests())
      changed_.wait(lock);
    else if (Clock::now() < due_)
      changed_.wait_until(lock, due_);
    else
      return true;
  }
}

// Returns what it took, without the wait for its turn.
BackgroundTuning::Clock::duration BackgroundTuning::slice() {
  if (!turns_.begin_slice()) return {};
  const Clock::time_point begun = Clock::now();
  try {
    tune();
  } catch (const Error& error) {
    if (error.code() == Code::cancelled)
      allow(false);
    else
      end(error.what());
  } catch (const std::exception& error) {
    end(error.what());
  } catch (...) {
    end("an unknown exception");
  }
  turns_.end_slice();
  return Clock::now() - begun;
}

void BackgroundTuning::tune() {
  const std::chrono::steady_clock::time_point deadline =
      now_of(tuning_options_) + kIdleSlices * options_.slice;
  while (std::shared_ptr<Prepared> newer = tuning_->until(deadline)) {
    plan_.offer(std::move(newer));
    publish();
    if (options_.changed) options_.changed(state());
    if (turns_.over()) break;
  }
  publish();
  if (!tuning_->finished()) return;
  end("");
  if (options_.changed) options_.changed(state());
}

void BackgroundTuning::end(const char* error) {
  if (*error != '\0') log(LogLevel::warning, "tuning in the background has ended: ", error);
  const std::lock_guard lock(mutex_);
  ended_ = true;
  state_.error = error;
}

void BackgroundTuning::publish() {
  if (tuning_ == nullptr) return;
  const LaterTuningState now = tuning_->state();
  const std::lock_guard lock(mutex_);
  state_ = now;
  state_.spent_ns = spent_.count();
}

}  // namespace rt3d::runtime
