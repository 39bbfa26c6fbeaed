#include "runtime/current_plan.h"

#include <utility>

namespace rt3d::runtime {

bool CurrentPlan::take() {
  if (!waiting()) return false;
  std::shared_ptr<Prepared> next;
  {
    const std::lock_guard lock(mutex_);
    next = std::move(next_);
    waiting_.store(false, std::memory_order_release);
  }
  if (!next) return false;
  next->take_inputs(*now_);
  now_ = std::move(next);
  taken_.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void CurrentPlan::offer(std::shared_ptr<Prepared> newer) {
  const std::lock_guard lock(mutex_);
  std::swap(next_, newer);
  waiting_.store(true, std::memory_order_release);
}

}  // namespace rt3d::runtime
