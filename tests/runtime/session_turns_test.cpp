// Turns of runs and measurements on a session's threads.
#include "runtime/choosing/session_turns.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {
constexpr std::chrono::milliseconds kTurnSlice{5};
}

TEST_CASE("the tuner has the threads of a session that does not run, and gives way to a run") {
  SessionTurns turns(kTurnSlice);
  CHECK_FALSE(turns.taken());
  REQUIRE(turns.begin_slice());
  CHECK(turns.taken());
  CHECK(turns.take());
  CHECK_FALSE(turns.over());
  CHECK_FALSE(turns.over_at_once());
  std::atomic<bool> ran = false;
  std::thread session([&] {
    const SessionTurns::Run run(turns);
    ran = true;
  });
  while (!turns.over_at_once()) std::this_thread::yield();  // the run wants its turn
  CHECK_FALSE(ran);
  CHECK(turns.over());
  turns.give_back();
  session.join();
  CHECK(ran);
  CHECK(turns.take());  // it is over
  turns.end_slice();
  CHECK_FALSE(turns.taken());
}

TEST_CASE("without the turn the tuner is not waited for, and gets none while a run goes on") {
  SessionTurns turns(kTurnSlice);
  REQUIRE(turns.begin_slice());
  turns.give_back();
  {
    const SessionTurns::Run run(turns);
    CHECK_FALSE(turns.take());
    CHECK(turns.over());
  }
  CHECK(turns.take());
  turns.end_slice();
}

TEST_CASE("a run that finds a lost slice waits for the next one, to its end") {
  SessionTurns turns(std::chrono::hours(1));
  REQUIRE(turns.begin_slice());
  {
    turns.give_back();
    const SessionTurns::Run run(turns);
    CHECK_FALSE(turns.take());
  }
  turns.end_slice();
  REQUIRE(turns.begin_slice());  // owed
  std::atomic<bool> ran = false;
  std::thread session([&] {
    const SessionTurns::Run run(turns);
    ran = true;
  });
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(turns.over());
    CHECK_FALSE(turns.over_at_once());
    std::this_thread::yield();
  }
  CHECK_FALSE(ran);
  turns.end_slice();
  session.join();
}

TEST_CASE("a session that always runs leaves the tuner its slices, and nobody disturbs the other") {
  SessionTurns turns(std::chrono::microseconds(200));
  constexpr int kWanted = 50;
  std::atomic<int> slices = 0, inside = 0, most = 0;
  const auto use = [&] {
    if (++inside > 1) most = 2;
    std::this_thread::yield();
    --inside;
  };
  std::thread tuner([&] {
    while (slices < kWanted) {
      if (!turns.begin_slice()) continue;
      while (turns.take()) {
        use();
        if (turns.over()) break;
        if (turns.over_at_once()) break;
      }
      turns.end_slice();
      ++slices;
    }
  });
  while (slices < kWanted) {
    const SessionTurns::Run run(turns);
    use();
  }
  tuner.join();
  CHECK(most == 0);
}

TEST_CASE("what the session keeps, the tuner does not get") {
  SessionTurns turns(kTurnSlice);
  turns.keep(true);
  CHECK_FALSE(turns.begin_slice());
  turns.keep(false);
  REQUIRE(turns.begin_slice());
  turns.keep(true);
  CHECK(turns.over());
  CHECK(turns.over_at_once());
  turns.give_back();
  CHECK_FALSE(turns.take());
  turns.end_slice();
  std::atomic<bool> refused = false;
  turns.keep(false);
  {
    const SessionTurns::Run run(turns);
    std::thread tuner([&] { refused = !turns.begin_slice(); });
    turns.keep(true);  // wakes the one that waits
    tuner.join();
  }
  CHECK(refused);
}

TEST_SUITE_END();

}  // namespace rt3d::runtime
