// QueueTimer: the times of a run's steps by the events of an OpenCL queue, which is not waited for between steps.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/cl/handle.h"
#include "kernels/step_timer.h"

namespace rt3d::kernels::cl {

class ClEngine;

class QueueTimer final : public StepTimer {
 public:
  // The engine's queue must take times (CL_QUEUE_PROFILING_ENABLE). One timer of an engine at a time.
  explicit QueueTimer(ClEngine& engine);
  ~QueueTimer() override;
  QueueTimer(const QueueTimer&) = delete;
  QueueTimer& operator=(const QueueTimer&) = delete;

  void begin() override;
  void end_step() override { ends_.push_back(launches_.size()); }
  std::vector<StepTime> times() override;

 private:
  cl_ulong time(const Handle<cl_event>& launch, cl_profiling_info what) const;

  ClEngine& engine_;
  std::vector<Handle<cl_event>> launches_;
  std::vector<std::size_t> ends_;  // of each step: launches up to its end
};

}  // namespace rt3d::kernels::cl
