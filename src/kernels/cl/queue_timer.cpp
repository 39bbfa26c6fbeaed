#include "kernels/cl/queue_timer.h"

#include <algorithm>

#include "kernels/cl/engine.h"
#include "kernels/cl/status.h"

namespace rt3d::kernels::cl {

QueueTimer::QueueTimer(ClEngine& engine) : engine_(engine) { engine_.record(&launches_); }

QueueTimer::~QueueTimer() { engine_.record(nullptr); }

void QueueTimer::begin() {
  engine_.finish();
  launches_.clear();
  ends_.clear();
}

cl_ulong QueueTimer::time(const Handle<cl_event>& launch, cl_profiling_info what) const {
  cl_ulong ns = 0;
  check(engine_.api().GetEventProfilingInfo(launch.get(), what, sizeof ns, &ns, nullptr),
        "asking for the time of a kernel");
  return ns;
}

std::vector<StepTime> QueueTimer::times() {
  engine_.finish();
  std::vector<StepTime> times;
  std::size_t at = 0;
  cl_ulong before = 0;  // the end of all launches so far; 0: there was none
  for (const std::size_t end : ends_) {
    StepTime& step = times.emplace_back();
    for (; at < end; ++at) {
      const cl_ulong from = time(launches_[at], CL_PROFILING_COMMAND_START);
      const cl_ulong to = std::max(from, time(launches_[at], CL_PROFILING_COMMAND_END));
      step.ns += static_cast<double>(to - from);
      if (before > 0 && from > before) step.gap_ns += static_cast<double>(from - before);
      before = std::max(before, to);
    }
  }
  return times;
}

}  // namespace rt3d::kernels::cl
