// ProblemTuning in steps: what comes of it is what one step finds, and no step is late by more than a candidate.
#include <doctest/doctest.h>

#include <chrono>

#include "tuner/fake_family.h"
#include "tuner/tuner.h"

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
    CHECK(found.others.size() == want.others.size());
    CHECK(in_steps.export_text() == at_once.export_text());
  }
}

TEST_CASE("a step begins no candidate after its deadline, and goes on with the next one") {
  FakeClock::reset();
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", ten_schedules(300));
  const StepFamilies families{&a};
  TuningDb db("");
  TuneRequest request = s.request(families, Mode::full);
  StepTime candidate_begun = FakeClock::now;
  std::chrono::nanoseconds longest{};
  int candidates = 0;
  request.progress = [&](const Progress& p) {
    CHECK(p.candidates_done == ++candidates);
    longest = std::max(longest, std::chrono::nanoseconds(FakeClock::now - candidate_begun));
    candidate_begun = FakeClock::now;
    return Answer::go_on;
  };
  ProblemTuning tuning(std::move(request), db);
  CHECK_FALSE(tuning.until(FakeClock::now));
  CHECK(candidates == 0);
  CHECK(tuning.result().measurements == 0);
  CHECK(tuning.result().schedule == knob(0));
  for (bool ended = false; !ended;) {
    const StepTime deadline = FakeClock::now + kStepSlice;
    const int before = candidates;
    ended = tuning.until(deadline);
    CHECK((ended || candidates > before));
    CHECK(FakeClock::now < deadline + longest);
  }
  CHECK(tuning.until(StepTime::max()));
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
    CHECK(found.time_ns <= fastest);
    fastest = found.time_ns;
    CHECK(db.count() == 1);
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

TEST_SUITE_END();

}  // namespace rt3d::tuner
