// StepTimer: what each step of a run takes on one engine, and how long the engine has nothing to do before it.
#pragma once

#include <chrono>
#include <vector>

namespace rt3d::kernels {

class Engine;

struct StepTime {
  double ns = 0;  // of its kernels
  double gap_ns =
      0;  // in which the engine's queue was empty: before and between them, but for before the first step's
};

class StepTimer {
 public:
  virtual ~StepTimer() = default;
  // Waits for what was run before, and forgets earlier steps.
  virtual void begin() = 0;
  // What was run since begin(), or since the step before, is one step.
  virtual void end_step() = 0;
  // Of the steps since begin(), in order. Waits for them; throws device when something failed.
  virtual std::vector<StepTime> times() = 0;
};

// By the host's clock, which waits for the engine after each step: nothing is queued meanwhile, and so there are no gaps.
class ClockTimer final : public StepTimer {
 public:
  explicit ClockTimer(Engine& engine) : engine_(engine) {}
  void begin() override;
  void end_step() override;
  std::vector<StepTime> times() override { return times_; }

 private:
  Engine& engine_;
  std::chrono::steady_clock::time_point before_;
  std::vector<StepTime> times_;
};

}  // namespace rt3d::kernels
