// StepTimer: what each step of a run takes on one engine, and how long the engine has nothing to do before it.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

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
  // Waits for what was run before, and forgets earlier steps. What comes next are these steps, whose times are known after end().
  virtual void begin(std::span<StepTime> steps) = 0;
  // What was run since begin(), or since the step before, is one step.
  virtual void end_step() = 0;
  // Waits for the steps; throws device when something failed.
  virtual void end() = 0;
};

// By the host's clock, which waits for the engine after each step: nothing is queued meanwhile, and so there are no gaps.
class ClockTimer final : public StepTimer {
 public:
  explicit ClockTimer(Engine& engine) : engine_(engine) {}
  void begin(std::span<StepTime> steps) override;
  void end_step() override;
  void end() override {}

 private:
  Engine& engine_;
  std::chrono::steady_clock::time_point before_;
  std::span<StepTime> steps_;
  std::size_t next_ = 0;
};

}  // namespace rt3d::kernels
