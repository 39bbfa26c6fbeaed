#include "cli/parts/timing.h"

#include <chrono>

#include "cli/parts/failure.h"

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

}  // namespace rt3d::cli
