// Waiting for another thread without giving up the core, for as long as that has been paying off: a wake-up by the kernel
// costs tens of microseconds, so a wait that ends sooner is better spent spinning; but where threads outnumber cores, the one
// that is waited for may need this very core. One Spinner per waiting thread.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rt3d {

inline void pause_core() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");  // yield is a no-op on most cores; isb waits a few dozen cycles
#endif
}

class Spinner {
 public:
  // Spins up to `longest`; zero: never.
  explicit Spinner(std::chrono::nanoseconds longest) : longest_(longest), budget_(longest) {}

  // Whether `ready()` became true within the budget. Having lost the core to another thread since the last wait makes the budget
  // small; every wait after that makes it a little larger again.
  template <typename Ready>
  bool wait(Ready&& ready) {
    if (looks(ready)) return true;
    if (longest_ == Clock::duration::zero()) return false;
    const Clock::time_point start = Clock::now();
    const long lost = times_preempted();
    budget_ = lost != lost_ ? longest_ / kSteps : std::min(longest_, budget_ + longest_ / kSteps);
    lost_ = lost;
    while (Clock::now() - start < budget_)
      if (looks(ready)) return true;
    return ready();
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int kSteps = 32;  // from the smallest budget to the largest

  template <typename Ready>
  static bool looks(Ready& ready) {
    for (int i = 0; i < 16; ++i) {
      if (ready()) return true;
      pause_core();
    }
    return false;
  }

  // How often this thread lost its core to another one that wanted it.
  static long times_preempted() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
  }

  Clock::duration longest_, budget_;
  long lost_ = times_preempted();
};

}  // namespace rt3d
