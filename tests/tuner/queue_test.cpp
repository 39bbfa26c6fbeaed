// Tuning on an engine that queues what it is told to run: a wait costs more than a run, and never the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "base/random.h"
#include "tuner/fake_family.h"
#include "tuner/fake_queue.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

struct QueueTuned {
  std::vector<Row> rows;
  int waits = 0, runs = 0;
};

QueueTuned tune_on(const FakeFamily& family, kernels::Space space, const std::function<double()>& wait_us,
                   const std::function<double(double, int)>& befalls = {}) {
  FakeSetting s;
  const kernels::KernelFamily* const families[] = {&family};
  const TuneRequest usual = s.request(families, Mode::full);
  FakeClock::reset();
  FakeClock::befalls = befalls;
  FakeQueue queue(s.target, s.pool, wait_us, space);
  TuningDb db("");
  tune({.problem = usual.problem,
        .families = usual.families,
        .engine = queue,
        .mode = usual.mode,
        .oracle = usual.oracle,
        .now = usual.now},
       db);
  const QueueTuned tuned{db.find(s.target.device.fingerprint(), 1, s.problem.text()), queue.waits,
                         FakeClock::runs};
  FakeClock::reset();
  return tuned;
}

}  // namespace

TEST_CASE("waits that are longer than runs and uneven neither decide nor disturb") {
  const FakeFamily family("relu.queue.cl", {{knob(1), 10, 24}, {knob(2), 11, 20}, {knob(3), 12, 28}});
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    CAPTURE(seed);
    Random random(seed);
    const QueueTuned tuned = tune_on(family, kernels::Space::device,
                                     [&] { return 60 + 100 * static_cast<double>(random.uniform(0, 1)); });
    REQUIRE(tuned.rows.size() == 1);
    CHECK(tuned.rows[0].schedule == knob(2).text());
    CHECK(tuned.rows[0].disturbance == 0);
    CHECK(tuned.rows[0].time_ns < 1.15 * 20e3);  // hardly anything of a wait is in it
    CHECK(tuned.runs > 20 * tuned.waits);
  }
}

TEST_CASE("a kernel whose first runs are slow is warmed up before its runs count") {
  // As of a driver that compiles once more when a kernel runs, or of a clock that rises.
  const FakeFamily family("relu.queue.cl", {{knob(1), 10, 50}, {knob(2), 11, 40}});
  for (const double falls : {2.0, 10.0, 1000.0}) {
    CAPTURE(falls);
    std::map<double, int> runs;
    const QueueTuned tuned = tune_on(
        family, kernels::Space::device, [] { return 50; },
        [&](double us, int) { return us * std::max(1.0, 200 / std::pow(falls, runs[us]++)); });
    REQUIRE(tuned.rows.size() == 1);
    CHECK(tuned.rows[0].schedule == knob(2).text());
    CHECK(tuned.rows[0].disturbance == 0);
    CHECK(tuned.rows[0].time_ns < 1.15 * 40e3);
  }
}

TEST_CASE("an engine that does not queue is waited for after every run") {
  const FakeFamily family("relu.prompt.cpu", {{knob(1), 10, 20}, {knob(2), 11, 30}});
  const QueueTuned tuned = tune_on(family, kernels::Space::host, [] { return 0; });
  CHECK(tuned.runs > 0);
  CHECK(tuned.waits == tuned.runs);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
