#include "kernels/step_timer.h"

#include "kernels/engine.h"

namespace rt3d::kernels {

std::unique_ptr<StepTimer> Engine::make_timer() { return std::make_unique<ClockTimer>(*this); }

void ClockTimer::begin() {
  engine_.finish();
  times_.clear();
  before_ = std::chrono::steady_clock::now();
}

void ClockTimer::end_step() {
  engine_.finish();
  const auto now = std::chrono::steady_clock::now();
  times_.push_back({.ns = std::chrono::duration<double, std::nano>(now - before_).count()});
  before_ = now;
}

}  // namespace rt3d::kernels
