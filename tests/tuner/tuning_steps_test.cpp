// ProblemTuning in slices: what comes of it is what one call finds, whatever is between them, and no call is late by more than a step.
#include <doctest/doctest.h>

#include <chrono>
#include <utility>

#include "scratch_folder.h"
#include "tuner/db_rows.h"
#include "tuner/fake_family.h"
#include "tuner/paired_times.h"
#include "tuner/search.h"
#include "tuner/tuner.h"
#include "tuner/turns.h"

namespace rt3d::tuner {
namespace {

using StepTime = std::chrono::steady_clock::time_point;
using StepFamilies = std::vector<const kernels::KernelFamily*>;
constexpr std::chrono::milliseconds kStepSlice{5};

std::vector<FakeSchedule> ten_schedules(double fastest_us) {
  std::vector<FakeSchedule> schedules;
  for (int i = 0; i < 10; ++i)
    schedules.push_back({knob(i % 4, i / 4), 1e3 * (100 + 10 * i), fastest_us + 40 * ((i + 7) % 10),
                         FakeSchedule::Fault::none, 3e3});
  return schedules;
}

kernels::Schedule want_fastest(double fastest_us) {
  for (const FakeSchedule& schedule : ten_schedules(fastest_us))
    if (schedule.run_us == fastest_us) return schedule.schedule;
  return {};
}

// Somebody who sometimes wants the threads.
struct FakeTurns final : Turns {
  bool take() override {
    if (refuses) return false;
    taken_times += has ? 0 : 1;
    return has = true;
  }
  void give_back() override { has = false; }
  bool taken() const override { return has; }
  bool over() const override { return steps_left-- == 0; }
  bool over_at_once() const override {
    return at_once_every > 0 && ++asked % at_once_every == 0 && ++at_once > 0;
  }
  ThreadPool& own_threads() override { return own; }

  bool has = false, refuses = false;
  int taken_times = 0, wrong = 0, at_once_every = 0;
  mutable int steps_left = -1, asked = 0, at_once = 0;
  ThreadPool own{1};
};

}  // namespace

TEST_SUITE_BEGIN("tuner");

TEST_CASE("tuning in steps measures, finds and stores what one step does") {
  const FakeFamily a("relu.a.cpu", ten_schedules(300)), b("relu.b.cpu", ten_schedules(200), 8);
  const StepFamilies families{&a, &b};
  for (const Mode mode : {Mode::quick, Mode::full}) {
    FakeClock::reset();
    FakeSetting s;
    TuningDb at_once(""), in_steps("");
    const TimedSchedule want = tune(s.request(families, mode), at_once);
    const int runs = FakeClock::runs;
    FakeClock::reset();
    ProblemTuning tuning(s.request(families, mode), in_steps);
    int steps = 1;
    for (; !tuning.until(FakeClock::now + kStepSlice); ++steps) {
    }
    const TimedSchedule found = tuning.result();
    CHECK(steps > 3);
    CHECK(FakeClock::runs == runs);
    CHECK(found.family == want.family);
    CHECK(found.schedule == want.schedule);
    CHECK(found.time_ns == want.time_ns);
    CHECK(found.measurements == want.measurements);
    CHECK(found.estimated_ns == doctest::Approx(580e3));
    CHECK(found.others.size() == want.others.size());
    CHECK(in_steps.export_text() == at_once.export_text());
  }
}

TEST_CASE("a call of tuning is late by a step at the most, and the next one goes on in the middle") {
  FakeSetting s;
  constexpr std::chrono::microseconds kPacking{3000}, kRound{2000};  // of ten_schedules(300): two runs each
  const FakeFamily a("relu.a.cpu", ten_schedules(300));
  const StepFamilies families{&a};
  for (const std::chrono::microseconds slice :
       {std::chrono::microseconds(kStepSlice), std::chrono::microseconds(900),
        std::chrono::microseconds(1)}) {
    CAPTURE(slice.count());
    FakeClock::reset();
    TuningDb at_once(""), in_steps("");
    const TimedSchedule want = tune(s.request(families, Mode::full), at_once);
    const int runs = std::exchange(FakeClock::runs, 0);
    int candidates = 0, idle = 0;
    TuneRequest request = s.request(families, Mode::full);
    request.progress = [&](const Progress& p) {
      CHECK(p.candidates_done == ++candidates);
      return Answer::go_on;
    };
    ProblemTuning tuning(std::move(request), in_steps);
    CHECK_FALSE(tuning.until(FakeClock::now));
    CHECK(FakeClock::runs == 0);
    CHECK(tuning.result().measurements == 0);
    CHECK(tuning.result().schedule == knob(0));
    for (bool ended = false; !ended;) {
      const StepTime begun = FakeClock::now, deadline = begun + slice;
      ended = tuning.until(deadline);
      const auto late = FakeClock::now - deadline;
      CHECK(late < std::max(kPacking, kRound));
      // Packing is begun in time and known by nobody; of runs only a call's first may end behind it.
      if (late > kRound) CHECK(FakeClock::now - begun >= kPacking);
      idle = FakeClock::now == begun && !ended ? idle + 1 : 0;
      CHECK(idle < 4);  // steps that take no time on this clock
    }
    CHECK(tuning.until(StepTime::max()));
    CHECK(FakeClock::runs == runs);
    CHECK(tuning.result().schedule == want.schedule);
    CHECK(in_steps.export_text() == at_once.export_text());
  }
}

TEST_CASE("a clock that changes between slices decides nothing") {
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", ten_schedules(300)), b("relu.b.cpu", ten_schedules(310));
  const StepFamilies families{&a, &b};
  for (const double step : {1.25, 0.8, 3.0}) {
    CAPTURE(step);
    FakeClock::reset();
    TuningDb db("");
    ProblemTuning tuning(s.request(families, Mode::full), db);
    for (int call = 0; !tuning.until(FakeClock::now + std::chrono::microseconds(1)); ++call)
      FakeClock::slowdown = call % 7 < 3 ? 1 : step;
    const TimedSchedule found = tuning.result();
    CHECK(found.family == &a);
    CHECK(found.schedule == want_fastest(300));
  }
  FakeClock::reset();
}

TEST_CASE("candidates are compared within slices, and one disturbed slice of several decides nothing") {
  PairedTimes one;
  CHECK(one.ratio() == kNever);
  one.take(20, 10);
  one.take(9, 12);
  CHECK(one.ratio() == 0.9);  // of one slice: the fastest of each
  PairedTimes several;
  several.begin_slice();
  several.take(20, 10);  // mine was disturbed
  several.begin_slice();
  several.take(18, 20);  // from here on the machine is slower
  several.begin_slice();
  several.take(18, 20);
  CHECK(several.ratio() == 0.9);
  several.begin_slice();  // nothing came of it
  CHECK(several.ratio() == 0.9);
  PairedTimes rival_disturbed;
  rival_disturbed.take(10, 40);
  rival_disturbed.begin_slice();
  rival_disturbed.take(10, 9);
  CHECK(rival_disturbed.ratio() > 1);
}

TEST_CASE("kernels run while it is the tuner's turn, all else while it is not") {
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", ten_schedules(300)), b("relu.b.cpu", ten_schedules(200), 8);
  const StepFamilies families{&a, &b};
  FakeClock::reset();
  TuningDb alone(""), by_turns("");
  const TimedSchedule want = tune(s.request(families, Mode::full), alone);
  FakeClock::reset();
  FakeTurns turns;
  FakeClock::befalls = [&](double us, int) { return turns.wrong += turns.has ? 0 : 1, us; };
  TuneRequest request = s.request(families, Mode::full);
  request.turns = &turns;
  request.progress = [&](const Progress&) { return turns.wrong += turns.has ? 1 : 0, Answer::go_on; };
  ProblemTuning tuning(std::move(request), by_turns);
  int calls = 0;
  for (bool ended = false; !ended; ++calls) {
    turns.refuses = calls % 3 == 0;
    turns.steps_left = calls % 5;
    ended = tuning.until(StepTime::max());
    CHECK_FALSE(turns.has);
    REQUIRE(calls < 10000);
  }
  FakeClock::reset();
  CHECK(calls > 10);
  CHECK(turns.taken_times > 10);
  CHECK(turns.wrong == 0);
  CHECK(tuning.result().schedule == want.schedule);
  CHECK(by_turns.export_text() == alone.export_text());
}

TEST_CASE("a round that somebody's turn interrupts never was") {
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", ten_schedules(300));
  const StepFamilies families{&a};
  FakeClock::reset();
  TuningDb db("");
  FakeTurns turns;
  turns.at_once_every = 3;
  TuneRequest request = s.request(families, Mode::full);
  request.turns = &turns;
  ProblemTuning tuning(std::move(request), db);
  for (int calls = 0; !tuning.until(StepTime::max()); ++calls) REQUIRE(calls < 10000);
  CHECK(turns.at_once > 5);
  CHECK(tuning.result().schedule == want_fastest(300));
  CHECK(tuning.result().time_ns == doctest::Approx(300e3));
}

TEST_CASE("what is there by now is a usable result, at every step") {
  FakeClock::reset();
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", ten_schedules(300));
  const StepFamilies families{&a};
  TuningDb db("");
  ProblemTuning tuning(s.request(families, Mode::full), db);
  double fastest = std::numeric_limits<double>::infinity();
  for (bool ended = false; !ended;) {
    ended = tuning.until(FakeClock::now + kStepSlice);
    const TimedSchedule found = tuning.result();
    CHECK(found.family == &a);
    CHECK(db.count() == (found.measurements > 0 ? 1 : 0));
    if (found.measurements == 0) continue;  // an estimate
    CHECK(found.time_ns <= fastest);
    fastest = found.time_ns;
  }
  CHECK(tuning.result().time_ns == doctest::Approx(300e3));
}

TEST_CASE("the answer to progress ends tuning: enough, or cancelled") {
  const FakeFamily a("relu.a.cpu", ten_schedules(300));
  const StepFamilies families{&a};
  for (const Answer answer : {Answer::stop, Answer::cancel}) {
    FakeClock::reset();
    FakeSetting s;
    TuningDb db("");
    TuneRequest request = s.request(families, Mode::full);
    request.progress = [&](const Progress& p) { return p.candidates_done < 3 ? Answer::go_on : answer; };
    const TimedSchedule found = tune(request, db);
    CHECK(found.measurements == 3);
    CHECK(found.stopped == (answer == Answer::stop));
    CHECK(found.cancelled == (answer == Answer::cancel));
    CHECK(db.count() == 1);
  }
}

TEST_CASE("of a large layer, whoever waits is asked in the middle of a candidate, and heard") {
  std::vector<FakeSchedule> schedules = ten_schedules(300);
  for (FakeSchedule& schedule : schedules) schedule.run_us *= 200;  // 60 ms and more
  const FakeFamily a("relu.a.cpu", schedules);
  const StepFamilies families{&a};
  for (const Answer answer : {Answer::stop, Answer::cancel})
    for (const int call : {1, 2, 5, 9}) {
      CAPTURE(call);
      FakeClock::reset();
      FakeSetting s;
      const tests::ScratchFolder folder;
      const fs::path path = folder.path() / "tuning.db";
      TuningDb db(path);
      TuneRequest request = s.request(families, Mode::full);
      int calls = 0, runs = 0, done = 0;
      StepTime last = FakeClock::now;
      request.progress = [&](const Progress& p) {
        CHECK(p.candidates_done >= done);
        CHECK(p.candidates_total > p.candidates_done);
        CHECK(FakeClock::now - last <=
              std::chrono::milliseconds(3 * 132));  // a round: two of the slowest, and what preceded
        CHECK(RawConnection(path).integer("SELECT count(*) FROM intent") == 0);  // it may end the process
        done = p.candidates_done;
        last = FakeClock::now;
        runs = FakeClock::runs;
        return ++calls == call ? answer : Answer::go_on;
      };
      const TimedSchedule found = tune(request, db);
      CHECK(calls == call);
      CHECK(FakeClock::runs == runs);  // nothing is run behind the answer
      CHECK(found.stopped == (answer == Answer::stop));
      CHECK(found.cancelled == (answer == Answer::cancel));
      CHECK(found.measurements == done);
    }
}

TEST_SUITE_END();

}  // namespace rt3d::tuner
