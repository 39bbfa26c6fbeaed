#include "base/thread_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <thread>
#include <vector>

#include "base/error.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

// Runs `jobs` jobs of changing sizes and limits, and counts what is wrong: tasks not done exactly once, in plain memory that
// the next job uses again, and workers that met another under the same number.
int faults(ThreadPool& pool, int jobs) {
  constexpr int kMostTasks = 40;
  std::vector<int> done(kMostTasks);
  std::vector<std::atomic<int>> busy(static_cast<std::size_t>(pool.size()));
  std::atomic<int> wrong{0};
  for (int job = 0; job < jobs; ++job) {
    const int count = job % (kMostTasks + 1);
    pool.limit(1 + job % pool.size());
    pool.run(count, [&](std::int64_t task, int worker) {
      if (worker < 0 || worker >= pool.size()) {
        ++wrong;
        return;
      }
      if (busy[static_cast<std::size_t>(worker)].fetch_add(1) != 0) ++wrong;
      ++done[static_cast<std::size_t>(task)];
      busy[static_cast<std::size_t>(worker)].fetch_sub(1);
    });
    for (int task = 0; task < kMostTasks; ++task) {
      if (done[static_cast<std::size_t>(task)] != (task < count ? 1 : 0)) ++wrong;
      done[static_cast<std::size_t>(task)] = 0;
    }
  }
  return wrong;
}

float denormal_halved() {
  volatile float smallest = std::numeric_limits<float>::min();
  return smallest * 0.5f;
}

void sleep_us(int us) { std::this_thread::sleep_for(std::chrono::microseconds(us)); }

}  // namespace

TEST_CASE("every task of many tiny jobs is done once, by workers with numbers of their own") {
  for (const int threads : {1, 2, 3, 8}) {  // 8: more than some machines have cores
    ThreadPool pool(threads);
    CHECK_MESSAGE(faults(pool, 4000) == 0, threads, " threads");
  }
}

TEST_CASE("workers that fell asleep between jobs are found again") {
  ThreadPool pool(4);
  for (int pause_us : {0, 50, 150, 300, 1000, 5000}) {
    CAPTURE(pause_us);
    for (int i = 0; i < 8; ++i) {
      CHECK(faults(pool, 50) == 0);
      sleep_us(pause_us);
    }
  }
}

TEST_CASE("several pools at once do not disturb each other") {
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&wrong, caller] {
      ThreadPool pool(2 + caller);
      wrong += faults(pool, 1000);
    });
  for (std::thread& t : callers) t.join();
  CHECK(wrong == 0);
}

TEST_CASE("a body may run a pool of its own") {
  ThreadPool outer(3);
  std::atomic<int> wrong{0};
  outer.run(6, [&](std::int64_t, int) {
    ThreadPool inner(2);
    wrong += faults(inner, 100);
  });
  CHECK(wrong == 0);
}

TEST_CASE("a limit bounds how many workers take part, and can be lifted again") {
  ThreadPool pool(6);
  const auto most_at_once = [&](int limit) {
    std::atomic<int> inside{0}, most{0};
    pool.limit(limit);
    pool.run(24, [&](std::int64_t, int) {
      const int now = ++inside;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      sleep_us(300);
      --inside;
    });
    return most.load();
  };
  CHECK(most_at_once(1) == 1);
  CHECK(most_at_once(3) <= 3);
  CHECK(most_at_once(6) <= 6);
  CHECK(most_at_once(2) <= 2);
}

TEST_CASE("tasks that wait for each other meet when there are enough workers") {
  ThreadPool pool(3);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> arrived{0};
    pool.run(3, [&](std::int64_t, int) {
      ++arrived;
      while (arrived < 3) std::this_thread::yield();
    });
    CHECK(arrived == 3);
    if (round % 4 == 0) sleep_us(500);
  }
}

TEST_CASE("pools that never ran, or just ran, go away at once") {
  for (int i = 0; i < 50; ++i) {
    ThreadPool unused(4);
    ThreadPool used(4);
    std::atomic<int> done{0};
    used.run(4, [&](std::int64_t, int) { ++done; });
    CHECK(done == 4);
  }
}

TEST_CASE("what a task throws reaches the caller, the tasks not begun are left out, and the pool goes on") {
  for (const int threads : {1, 2, 4}) {
    CAPTURE(threads);
    ThreadPool pool(threads);
    for (int round = 0; round < 50; ++round) {
      std::atomic<int> begun{0};
      const auto throwing = [&](std::int64_t task, int) {
        ++begun;
        if (task % 3 == round % 3) throw Error(Code::device, cat("task ", task));
      };
      CHECK_THROWS_AS(pool.run(100'000, throwing), Error);
      CHECK(begun < 100'000);
      CHECK(faults(pool, 20) == 0);
    }
  }
}

TEST_CASE("no tasks, no calls") {
  for (const int threads : {1, 2}) {
    ThreadPool pool(threads);
    int calls = 0;
    pool.run(0, [&](std::int64_t, int) { ++calls; });
    pool.run(-3, [&](std::int64_t, int) { ++calls; });
    CHECK(calls == 0);
  }
}

TEST_CASE("numbers of threads without meaning are refused") {
  for (const int threads : {0, -1, 1025}) CHECK_THROWS_AS(ThreadPool pool(threads), Error);
}

TEST_CASE("denormals are zero inside, on every thread, and what they were before outside") {
  REQUIRE(denormal_halved() != 0.0f);
  for (const int threads : {1, 3}) {
    ThreadPool pool(threads);
    std::atomic<int> arrived{0};
    std::vector<float> halved(static_cast<std::size_t>(threads), 1.0f);
    pool.run(threads, [&](std::int64_t task, int) {
      halved[static_cast<std::size_t>(task)] = denormal_halved();
      ++arrived;  // so that each thread takes one
      while (arrived < threads) std::this_thread::yield();
    });
    for (float value : halved) CHECK(value == 0.0f);
    CHECK(denormal_halved() != 0.0f);
  }
}

}  // namespace rt3d

TEST_SUITE_END();
