#include "kernels/cl/queue_timer.h"

#include <algorithm>

#include "kernels/cl/engine.h"
#include "kernels/cl/status.h"

namespace rt3d::kernels::cl {

QueueTimer::QueueTimer(ClEngine& engine) : engine_(engine) { engine_.record(&launches_); }

QueueTimer::~QueueTimer() { engine_.record(nullptr); }

void QueueTimer::begin(std::span<StepTime> steps) {
  engine_.finish();
  steps_ = steps;
  launches_.clear();
  ends_.clear();
}

cl_ulong QueueTimer::time(const Handle<cl_event>& launch, cl_profiling_info what) const {
  cl_ulong ns = 0;
  check(engine_.api().GetEventProfilingInfo(launch.get(), what, sizeof ns, &ns, nullptr),
        "asking for the time of a kernel");
  return ns;
}

void QueueTimer::end() {
  engine_.finish();
  std::size_t at = 0;
  cl_ulong before = 0;  // the end of all launches so far; 0: there was none
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    StepTime& step = steps_[i] = {};
    for (; at < ends_[i]; ++at) {
      const cl_ulong from = time(launches_[at], CL_PROFILING_COMMAND_START);
      const cl_ulong to = std::max(from, time(launches_[at], CL_PROFILING_COMMAND_END));
      step.ns += static_cast<double>(to - from);
      if (before > 0 && from > before) step.gap_ns += static_cast<double>(from - before);
      before = std::max(before, to);
    }
  }
}

}  // namespace rt3d::kernels::cl
