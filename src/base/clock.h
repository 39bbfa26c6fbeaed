// Time that has passed, by the clock that nobody sets.
#pragma once

#include <chrono>
#include <cstdint>

namespace rt3d {

inline std::int64_t ns_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace rt3d
