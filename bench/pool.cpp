// What a parallel step costs beside its work: the thread pool's time for a job of empty tasks, and for a job of short
// tasks beside the same work on one thread; on the machine as it is, and with other processes that want the cores.
//   rt3d-bench-pool [THREADS] [BUSY]      default: 2 threads, 2 busy processes
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/thread_pool.h"

namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

// One dependent multiply after another for about `us` microseconds of a core's own time, however the core is shared.
void work(double us, double steps_per_us) {
  volatile float x = 1.0f;
  for (auto left = static_cast<std::int64_t>(us * steps_per_us); left > 0; --left) x = x * 0.999f + 0.001f;
}

double calibrate() {
  double best = 0;
  constexpr double kSteps = 100000;
  for (int i = 0; i < 50; ++i) {
    const auto start = Clock::now();
    work(1, kSteps);
    best = std::max(best, kSteps / microseconds(Clock::now() - start));
  }
  return best;
}

// Times `job`, for two seconds, each time after `before`.
template <typename Before, typename Job>
void measure(const char* what, Before&& before, Job&& job) {
  std::vector<double> us;
  us.reserve(1 << 20);
  const auto end = Clock::now() + std::chrono::seconds(2);
  while (Clock::now() < end && us.size() < us.capacity()) {
    before();
    const auto start = Clock::now();
    job();
    us.push_back(microseconds(Clock::now() - start));
  }
  double sum = 0;
  for (double t : us) sum += t;
  std::sort(us.begin(), us.end());
  const auto at = [&](double part) {
    return us[static_cast<std::size_t>(part * static_cast<double>(us.size() - 1))];
  };
  std::printf("  %-34s %9.2f %9.2f %9.2f %9.2f %9.2f\n", what, us.front(), at(0.5),
              sum / static_cast<double>(us.size()), at(0.99), us.back());
}

void measure_all(rt3d::ThreadPool& pool, double steps_per_us) {
  constexpr int kTasks = 16;
  rt3d::ThreadPool alone(1);
  const auto task = [&](std::int64_t, int) { work(10, steps_per_us); };
  std::printf("  %-34s %9s %9s %9s %9s %9s\n", "microseconds", "min", "median", "mean", "p99", "max");
  const auto nothing = [] {};
  const auto sixteen = [&] { pool.run(kTasks, task); };
  const auto empty = [&] { pool.run(pool.size(), [](std::int64_t, int) {}); };
  const auto one_millisecond = [&] { work(1000, steps_per_us); };
  measure("empty job", nothing, empty);
  measure("empty job after 1 ms of one thread", one_millisecond, empty);
  measure("16 tasks of 10 us, one thread", nothing, [&] { alone.run(kTasks, task); });
  measure("16 tasks of 10 us", nothing, sixteen);
  measure(
      "the same after 1 ms of one thread", [&] { work(1000, steps_per_us); }, sixteen);
}

}  // namespace

int main(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  const int busy = argc > 2 ? std::atoi(argv[2]) : 2;
  const double steps_per_us = calibrate();
  rt3d::ThreadPool pool(threads);
  std::printf("%d threads, %d usable cores\nas the machine is\n", threads, rt3d::usable_cores());
  measure_all(pool, steps_per_us);
  std::vector<pid_t> children;
  for (int i = 0; i < busy; ++i) {
    const pid_t child = fork();
    if (child == 0)
      for (;;) work(1000, steps_per_us);
    if (child > 0) children.push_back(child);
  }
  std::printf("beside %zu busy processes\n", children.size());
  measure_all(pool, steps_per_us);
  for (pid_t child : children) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
}
