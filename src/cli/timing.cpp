#include "cli/timing.h"

#include <algorithm>
#include <chrono>

#include "cli/failure.h"

namespace rt3d::cli {

std::int64_t now_ns() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::int64_t timed_run_ns(rt3d_session* session) {
  const std::int64_t start = now_ns();
  const rt3d_status status = rt3d_session_run(session);
  const std::int64_t end = now_ns();
  check(status, "cannot run the model");
  return end - start;
}

double quantile(std::vector<std::int64_t> times, double part) {
  if (times.empty()) return 0;
  std::sort(times.begin(), times.end());
  const double at = part * static_cast<double>(times.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, times.size() - 1);
  const double weight = at - static_cast<double>(below);
  return static_cast<double>(times[below]) * (1 - weight) + static_cast<double>(times[above]) * weight;
}

}  // namespace rt3d::cli
