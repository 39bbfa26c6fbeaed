#include "tuner/tuner.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "scratch_folder.h"
#include "tuner/bench_data.h"
#include "tuner/fake_family.h"
#include "tuner/search.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::ScratchFolder;

using kernels::Schedule;
using Families = std::vector<const kernels::KernelFamily*>;
using Fault = FakeSchedule::Fault;

Row row_for(const FakeSetting& s, const FakeFamily& family, const std::string& schedule, double time_ns) {
  return {.device = s.target.device.fingerprint(),
          .threads = s.target.threads,
          .problem = s.problem.text(),
          .family = std::string(family.id()),
          .version = family.version(),
          .schedule = schedule,
          .time_ns = time_ns,
          .default_ns = time_ns,
          .rigor = 1};
}

}  // namespace

TEST_CASE("the estimate chooses the best family without measuring") {
  FakeSetting s;
  const FakeFamily slow("relu.slow.cpu", {{knob(1), 50}, {knob(2), 40}}),
      fast("relu.fast.cpu", {{knob(3), 30}});
  const TimedSchedule choice = estimate(s.problem, Families{&slow, &fast}, s.target);
  CHECK(choice.family == &fast);
  CHECK(choice.schedule == knob(3));
  CHECK(choice.time_ns == 30);
  CHECK(choice.measurements == 0);
  CHECK(slow.counts.compiled + fast.counts.compiled == 0);
}

TEST_CASE("tuning finds the fastest although the estimates mislead, and remembers it") {
  FakeSetting s;
  const FakeFamily planar("relu.planar.cpu", {{knob(1), 10, 400}, {knob(2), 20, 300}, {knob(4), 30, 100}});
  const FakeFamily blocked("relu.blocked.cpu", {{knob(1), 15, 300}, {knob(2), 25, 200}}, 8);
  const Families families{&planar, &blocked};
  for (const Mode mode : {Mode::quick, Mode::full}) {
    TuningDb db("");
    const TimedSchedule choice = tune(s.request(families, mode), db);
    CHECK(choice.family == &planar);
    CHECK(choice.schedule == knob(4));
    CHECK(choice.measurements == 5);
    REQUIRE(choice.others.size() == 1);
    CHECK(choice.others[0].family == &blocked);
    CHECK(choice.others[0].time_ns == doctest::Approx(200e3));
    CHECK(choice.time_ns == doctest::Approx(100e3));
    CHECK(db.count() == 2);
    const int compiled = planar.counts.compiled;
    const auto remembered = recall(db, s.problem, families, s.target);
    REQUIRE(remembered.size() == 2);
    CHECK(remembered[1].family == &blocked);
    CHECK(remembered[1].schedule == knob(2));
    CHECK(remembered[0].family == &planar);
    CHECK(remembered[0].schedule == knob(4));
    CHECK(remembered[0].measurements == 0);
    CHECK(remembered[0].rigor == (mode == Mode::full ? 2 : 1));
    CHECK(planar.counts.compiled == compiled);
    const std::vector<Row> rows = db.find(s.target.device.fingerprint(), 1, s.problem.text());
    CHECK(rows[0].default_ns == doctest::Approx(300e3));
    CHECK(rows[1].default_ns == doctest::Approx(400e3));
  }
}

TEST_CASE("without a clock of its own a request is timed by the steady clock") {
  FakeSetting s;
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10}, {knob(2), 20}});
  const Families families{&family};
  TuningDb db("");
  TuneRequest request = s.request(families);
  request.now = {};
  const auto start = std::chrono::steady_clock::now();
  const TimedSchedule choice = tune(request, db);
  const std::chrono::duration<double, std::nano> all = std::chrono::steady_clock::now() - start;
  CHECK(choice.measurements == 2);
  CHECK(choice.time_ns > 0);
  CHECK(choice.time_ns < all.count());
}

TEST_CASE("a default that is hardly slower stays") {
  FakeSetting s;
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10, 1000}, {knob(2), 20, 975}});
  TuningDb db("");
  CHECK(tune(s.request(Families{&family}), db).schedule == knob(1));
  const FakeFamily faster("relu.fake.cpu", {{knob(1), 10, 1000}, {knob(2), 20, 965}});
  CHECK(tune(s.request(Families{&faster}), db).schedule == knob(2));
}

TEST_CASE(
    "a machine that gets slower while tuning does not mislead it, and the same times give the same rows") {
  FakeSetting s;
  std::vector<FakeSchedule> schedules;
  schedules.reserve(24);
  for (int i = 0; i < 24; ++i) schedules.push_back({knob(i), 10.0 + i * 0.1, 1000.0 - 10 * (i * 7 % 24)});
  const FakeFamily family("relu.fake.cpu", schedules);  // the fastest is a=17: 17 * 7 % 24 == 23
  for (const double drift : {1.002, 0.998}) {
    std::string rows[2];
    for (std::string& text : rows) {
      FakeClock::slowdown = 1;
      FakeClock::drift = drift;
      TuningDb db("");
      const TimedSchedule choice = tune(s.request(Families{&family}, Mode::full), db);
      const double slowest = std::max(1.0, FakeClock::slowdown);
      FakeClock::slowdown = FakeClock::drift = 1;
      CHECK(choice.schedule == knob(17));
      // Not less than it was ever seen to take.
      CHECK(choice.time_ns >= 0.9999 * 770e3);
      CHECK(choice.time_ns <= 1.05 * slowest * 770e3);
      text = db.export_text();
    }
    CHECK(rows[0] == rows[1]);
  }
}

TEST_CASE("whenever the machine is busy with something else for a moment, the fastest family is found") {
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 8000}}), b("relu.b.cpu", {{knob(1), 11, 15000}}),
      c("relu.c.cpu", {{knob(1), 12, 6000}}), d("relu.d.cpu", {{knob(1), 13, 11000}}),
      e("relu.e.cpu", {{knob(1), 14, 9000}});
  const Families families{&a, &b, &c, &d, &e};
  int runs = 0;
  for (int hiccup = -1; hiccup <= runs; ++hiccup) {
    CAPTURE(hiccup);
    for (const FakeFamily* family : {&a, &b, &c, &d, &e}) family->counts.runs = 0;
    FakeClock::until_hiccup = hiccup;
    TuningDb db("");
    const TimedSchedule choice = tune(s.request(families), db);
    FakeClock::until_hiccup = -1;
    CHECK(choice.family == &c);
    if (hiccup < 0)
      for (const FakeFamily* family : {&a, &b, &c, &d, &e}) runs += family->counts.runs;
  }
  CHECK(runs > 10);
}

TEST_CASE("candidates that are wrong, write too far or do not compile are discarded with an error") {
  FakeSetting s;
  for (const Fault fault : {Fault::wrong_value, Fault::overrun, Fault::throws}) {
    const FakeFamily family("relu.fake.cpu",
                            {{knob(1), 10, 5, fault}, {knob(2), 20, 200}, {knob(3), 25, 100}}, 8);
    std::vector<std::string> errors;
    set_log_sink([&](LogLevel, const std::string& text) { errors.push_back(text); }, LogLevel::error);
    TuningDb db("");
    const TimedSchedule choice = tune(s.request(Families{&family}), db);
    set_log_sink({}, LogLevel::off);
    CHECK(choice.schedule == knob(3));
    CHECK(choice.measurements == 2);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].find("relu.fake.cpu a=1,b=0 for Relu 1x10x33") != std::string::npos);
  }
}

TEST_CASE("a remembered schedule that proves wrong is not put back, and named as not to be used") {
  FakeSetting s;
  TuningDb db("");
  const FakeFamily right("relu.fake.cpu", {{knob(1), 10, 5}, {knob(2), 20, 200}}, 8);
  CHECK(tune(s.request(Families{&right}), db).schedule == knob(1));
  const FakeFamily wrong("relu.fake.cpu", {{knob(1), 10, 5, Fault::wrong_value}, {knob(2), 20, 200}}, 8);
  for (const Renewal renewal : {Renewal::quieter, Renewal::all}) {
    const Families families{&wrong};
    TuneRequest request = s.request(families);
    request.renewal = renewal;
    const TimedSchedule choice = tune(request, db);
    CHECK(choice.schedule == knob(2));
    if (renewal == Renewal::quieter) {
      REQUIRE(choice.wrong.size() == 1);
      CHECK(choice.wrong[0].first == &wrong);
      CHECK(choice.wrong[0].second == knob(1));
    }
    CHECK(db.find(s.target.device.fingerprint(), s.target.threads, s.problem.text()).at(0).schedule ==
          knob(2).text());
  }
}

TEST_CASE("a deadline that has passed gives the estimate, a short one stops in time") {
  FakeSetting s;
  std::vector<FakeSchedule> schedules;
  schedules.reserve(100);
  for (int i = 0; i < 100; ++i) schedules.push_back({knob(i), 10.0 + i, 2000.0 - i});
  const FakeFamily family("relu.fake.cpu", schedules);
  const Families families{&family};
  TuningDb db("");
  TuneRequest request = s.request(families, Mode::full);
  request.deadline = FakeClock::now;
  TimedSchedule choice = tune(request, db);
  CHECK(choice.schedule == knob(0));
  CHECK(choice.measurements == 0);
  CHECK(family.counts.compiled == 0);
  CHECK(db.count() == 0);

  const auto start = FakeClock::now;
  request.deadline = start + std::chrono::milliseconds(100);
  choice = tune(request, db);
  CHECK(FakeClock::now - start < std::chrono::milliseconds(105));
  CHECK(choice.measurements > 0);
  CHECK(choice.measurements < 100);
  CHECK_FALSE(choice.cancelled);
  CHECK(db.count() == 1);
}

TEST_CASE("rows are committed one by one and outlive cancellation") {
  FakeSetting s;
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 200}, {knob(2), 11, 200}}),
      b("relu.b.cpu", {{knob(1), 12, 100}}), c("relu.c.cpu", {{knob(1), 13, 50}});
  const Families families{&a, &b, &c};
  TuningDb db("");
  TuneRequest request = s.request(families, Mode::full);
  std::vector<std::int64_t> counts;
  request.progress = [&](const Progress& p) {
    counts.push_back(db.count());
    CHECK(p.candidates_done == static_cast<int>(counts.size()));
    CHECK(p.candidates_total >= 4);
    CHECK(p.best_ns > 0);
    return counts.size() < 3 ? Answer::go_on : Answer::cancel;
  };
  const TimedSchedule choice = tune(request, db);
  CHECK(counts == std::vector<std::int64_t>{1, 1, 2});
  CHECK(choice.cancelled);
  CHECK(choice.measurements == 3);
  CHECK(choice.family == &b);
  CHECK(db.count() == 2);
}

TEST_CASE("nothing is measured when there is nothing to choose or the mode is off") {
  FakeSetting s;
  const FakeFamily one("relu.one.cpu", {{knob(1), 10}}), two("relu.two.cpu", {{knob(1), 20}});
  TuningDb db("");
  CHECK(tune(s.request(Families{&one}), db).measurements == 0);
  CHECK(tune(s.request(Families{&two, &one}, Mode::off), db).family == &one);
  CHECK(one.counts.compiled + two.counts.compiled == 0);
}

TEST_CASE("an oracle that fails leaves the estimate") {
  FakeSetting s;
  s.oracle = [](auto&&...) { fail(Code::unsupported, "no reference"); };
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10}, {knob(2), 20}});
  TuningDb db("");
  const TimedSchedule choice = tune(s.request(Families{&family}), db);
  CHECK(choice.schedule == knob(1));
  CHECK(choice.measurements == 0);
  CHECK(family.counts.runs == 0);
}

TEST_CASE("a family that looks hopeless is not run") {
  FakeSetting s;
  const FakeFamily fast("relu.fast.cpu", {{knob(1), 10}, {knob(2), 20}}),
      hopeless("relu.slow.cpu", {{knob(1), 1e6}});
  for (const Mode mode : {Mode::quick, Mode::full}) {
    TuningDb db("");
    tune(s.request(Families{&hopeless, &fast}, mode), db);
    CHECK(hopeless.counts.compiled == 0);
    CHECK(fast.counts.runs > 0);
  }
}

TEST_CASE("only rows of the same version, threads and device that name legal schedules are recalled") {
  FakeSetting s;
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10}, {knob(2), 20}}, 1, 3);
  const FakeFamily other("relu.other.cpu", {{knob(1), 30}});
  const Families families{&family, &other};
  const Row good = row_for(s, family, "a=2,b=0", 100);
  const auto recalled = [&](const Row& row) {
    TuningDb db("");
    db.store(row);
    return recall(db, s.problem, families, s.target);
  };
  REQUIRE(recalled(good).size() == 1);
  CHECK(recalled(good)[0].schedule == knob(2));
  for (const auto& spoil : std::vector<std::function<void(Row&)>>{
           [](Row& r) { r.version = 2; }, [](Row& r) { r.threads = 2; }, [](Row& r) { r.device = "other"; },
           [](Row& r) { r.family = "relu.gone.cpu"; }, [](Row& r) { r.schedule = "a=7,b=0"; },
           [](Row& r) { r.schedule = "b=0,a=2"; }, [](Row& r) { r.schedule = "a=2"; },
           [](Row& r) { r.schedule = "default"; }, [](Row& r) { r.schedule = "a=99999999999999999999"; },
           [](Row& r) { r.schedule = "; DROP TABLE schedule"; }}) {
    Row bad = good;
    spoil(bad);
    CHECK(recalled(bad).empty());
  }
  TuningDb db("");  // the fastest row is illegal: the next one counts
  db.store(row_for(s, family, "a=7,b=0", 1));
  db.store(row_for(s, other, "a=1,b=0", 50));
  CHECK(recall(db, s.problem, families, s.target)[0].family == &other);
}

TEST_CASE("a schedule that ended its process twice is not tried again, and one that did it once is") {
  FakeSetting s;
  const ScratchFolder folder;
  const FakeFamily family("relu.fake.cpu", {{knob(1), 10, 300}, {knob(2), 20, 50}, {knob(3), 30, 100}});
  const auto die_running = [&](int schedule) {
    const pid_t child = ::fork();
    if (child == 0) {
      TuningDb db(folder.path() / "tuning.db");
      db.begin_candidate(
          {s.target.device.fingerprint(), s.problem.text(), "relu.fake.cpu", 1, knob(schedule).text()});
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
  };
  die_running(1);
  die_running(2);
  die_running(2);
  TuningDb db(folder.path() / "tuning.db");
  const TimedSchedule choice = tune(s.request(Families{&family}), db);
  CHECK(choice.schedule == knob(3));
  CHECK(choice.measurements == 2);
  CHECK(db.quarantined(s.target.device.fingerprint(), s.problem.text()).size() ==
        1);  // and none of those that ran
}

TEST_CASE("quick tuning of nine families with spaces of forty finds the fastest by few measurements") {
  FakeSetting s;
  std::deque<FakeFamily> families;
  for (int f = 0; f < 9; ++f) {
    std::vector<FakeSchedule> schedules;
    schedules.reserve(40);
    // The estimate orders families wrongly; family 6 is the fastest, its a=1,b=0 by far.
    for (int i = 0; i < 40; ++i)
      schedules.push_back({knob(i % 8, i / 8), 1e6 * (1 + 0.1 * f + 0.01 * i),
                           20e3 * (f == 6 ? (i == 1 ? 0.7 : 0.9) : 1 + 0.15 * f + 0.005 * i)});
    families.emplace_back("relu." + std::to_string(f) + ".cpu", schedules);
  }
  Families all;
  for (const FakeFamily& family : families) all.push_back(&family);
  TuningDb db("");
  const auto start = FakeClock::now;
  const TimedSchedule choice = tune(s.request(all), db);
  CHECK(choice.family == &families[6]);
  CHECK(choice.schedule == knob(1));
  CHECK(choice.time_ns == doctest::Approx(14e6));
  CHECK(choice.measurements <= 14);
  CHECK(choice.others.size() == 8);
  CHECK(std::is_sorted(choice.others.begin(), choice.others.end(),
                       [](const TimedSchedule& a, const TimedSchedule& b) { return a.time_ns < b.time_ns; }));
  // 90 runs of 20 ms, ten for each family.
  CHECK(FakeClock::now - start < std::chrono::milliseconds(1800));
  CHECK(recall(db, s.problem, all, s.target).size() == 9);
}

TEST_CASE("samples of an output include its corners") {
  const std::vector<std::int64_t> indices = sample_indices({2, 3, 5, 7, 11});
  CHECK(indices.size() > 150);
  CHECK(indices.front() == 0);
  CHECK(indices.back() == 2 * 3 * 5 * 7 * 11 - 1);
  CHECK(std::find(indices.begin(), indices.end(), 10) != indices.end());
  CHECK(sample_indices({1}) == std::vector<std::int64_t>{0});
  CHECK(sample_indices({0, 4}).empty());
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
