// The plan that a session runs, and a newer one that waits for the start of a run.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "runtime/prepared.h"

namespace rt3d::runtime {

class CurrentPlan {
 public:
  explicit CurrentPlan(std::shared_ptr<Prepared> first) : now_(std::move(first)) {}

  // Of the thread that uses the session.
  Prepared& now() const { return *now_; }
  // Whether a newer plan was waiting, which then has the inputs as they were set; the one before is freed. Allocates nothing.
  bool take();
  std::shared_ptr<Prepared> replace(std::shared_ptr<Prepared> by) {
    return std::exchange(now_, std::move(by));
  }
  std::shared_ptr<Prepared> shared() const { return now_; }

  // Of any thread, one at a time. What was waiting before is dropped.
  void offer(std::shared_ptr<Prepared> newer);
  bool waiting() const { return waiting_.load(std::memory_order_acquire); }
  int taken() const { return taken_.load(std::memory_order_relaxed); }  // plans, so far

 private:
  std::shared_ptr<Prepared> now_;
  std::mutex mutex_;
  std::shared_ptr<Prepared> next_;
  std::atomic<bool> waiting_{false};
  std::atomic<int> taken_{0};
};

}  // namespace rt3d::runtime
