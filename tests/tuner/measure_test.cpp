// Tuning on a machine that does other things meanwhile, with interruptions at every moment, and on a clock that jumps: no row has a
// time that its schedule never took, and what is chosen is fast.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/random.h"
#include "tuner/fake_family.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using Families = std::vector<const kernels::KernelFamily*>;
using Befalls = std::function<double(double us, int run)>;

constexpr double kQuietMachine = 0, kBusyMachine = 3;

// The fake clock, with what befalls its runs, for as long as it lives.
struct Disturbed {
  explicit Disturbed(Befalls befalls) {
    FakeClock::reset();
    FakeClock::befalls = std::move(befalls);
  }
  ~Disturbed() { FakeClock::reset(); }
  Disturbed(const Disturbed&) = delete;
  Disturbed& operator=(const Disturbed&) = delete;
};

struct Tuned {
  TimedSchedule choice;
  std::vector<Row> rows;
};

// Tunes on a machine of one multiply-add per nanosecond.
Tuned tune_with(const Families& families, Mode mode, double disturbance, Befalls befalls) {
  FakeSetting s;
  Machine machine([=] { return MachineState{1, disturbance}; });
  TuneRequest request = s.request(families, mode);
  request.machine = &machine;
  const Disturbed disturbed(std::move(befalls));
  TuningDb db("");
  Tuned tuned{.choice = tune(request, db), .rows = {}};
  tuned.rows = db.find(s.target.device.fingerprint(), 1, s.problem.text());
  return tuned;
}

// Schedules with the times that they take when nothing disturbs them.
struct Made {
  Made(std::string name, std::vector<FakeSchedule> all)
      : id(std::move(name)), schedules(std::move(all)), family(id, schedules) {}

  std::string id;
  std::vector<FakeSchedule> schedules;
  FakeFamily family;

  double us(const std::string& schedule) const {
    const auto found = std::find_if(schedules.begin(), schedules.end(),
                                    [&](const FakeSchedule& s) { return s.schedule.text() == schedule; });
    REQUIRE(found != schedules.end());
    return found->run_us;
  }
};

double true_us(const std::deque<Made>& made, std::string_view family, const std::string& schedule) {
  for (const Made& m : made)
    if (m.id == family) return m.us(schedule);
  FAIL("no such family");
  return 0;
}

double fastest_us(const std::deque<Made>& made) {
  double fastest = 1e300;
  for (const Made& m : made)
    for (const FakeSchedule& s : m.schedules) fastest = std::min(fastest, s.run_us);
  return fastest;
}

Families families_of(const std::deque<Made>& made) {
  Families families;
  for (const Made& m : made) families.push_back(&m.family);
  return families;
}

// Three candidates: the first is the rival of the second and the third, of which the third is the fastest.
struct Three : std::deque<Made> {
  Three() {
    emplace_back("relu.a.cpu", std::vector<FakeSchedule>{{knob(1), 10, 8000}});
    emplace_back("relu.b.cpu", std::vector<FakeSchedule>{{knob(1), 11, 9000}});
    emplace_back("relu.c.cpu", std::vector<FakeSchedule>{{knob(1), 12, 6000}});
  }
};
void check_rows(const std::deque<Made>& made, const std::vector<Row>& rows) {
  for (const Row& row : rows) CHECK(row.time_ns >= 0.999e3 * true_us(made, row.family, row.schedule));
}

}  // namespace

TEST_CASE(
    "an interruption of any length at any moment leads to no time that is too short, nor to a slow choice") {
  const Three made;
  const Families families = families_of(made);
  int runs = 0;
  tune_with(families, Mode::quick, kQuietMachine, [&](double us, int) { return ++runs, us; });
  CHECK(runs >= 15);
  for (int length = 1; length <= 8; ++length)
    for (int first = 0; first < runs; ++first) {
      INFO("runs ", first, " to ", first + length - 1);
      const auto befalls = [=](double us, int run) {
        return run >= first && run < first + length ? 9 * us : us;
      };
      const Tuned quiet = tune_with(families, Mode::quick, kQuietMachine, befalls);
      check_rows(made, quiet.rows);
      const Tuned busy = tune_with(families, Mode::quick, kBusyMachine, befalls);
      check_rows(made, busy.rows);
      // Where a look finds nothing, two interrupted runs end the hope of a candidate that seems twice as slow.
      if (length == 1) CHECK(quiet.choice.family == &made[2].family);
      if (length <= 4) CHECK(busy.choice.family == &made[2].family);
    }
}

TEST_CASE("a rival that is interrupted in every round cannot make a slower candidate win") {
  // The slower one, b, always runs alone; a runs alone at first, and afterwards never.
  const Three made;
  int rival_runs = 0;
  const Families families{&made[0].family, &made[1].family};
  const Tuned tuned = tune_with(families, Mode::quick, kQuietMachine, [&](double us, int) {
    return us == 8000 && ++rival_runs > 4 ? 20 * us : us;
  });
  check_rows(made, tuned.rows);
  const auto row = std::find_if(tuned.rows.begin(), tuned.rows.end(),
                                [](const Row& r) { return r.family == "relu.b.cpu"; });
  REQUIRE(row != tuned.rows.end());
  CHECK(row->time_ns == doctest::Approx(9e6));
}

TEST_CASE("a machine that is busy all the time gives no time that is too short, and rows say how it was") {
  const Three made;
  Random random(7);
  const Tuned tuned = tune_with(families_of(made), Mode::quick, kBusyMachine, [&](double us, int) {
    return us * static_cast<double>(random.uniform(2, 9));
  });
  REQUIRE(tuned.rows.size() == 3);
  check_rows(made, tuned.rows);
  for (const Row& row : tuned.rows) CHECK(row.disturbance >= kBusyMachine);
  CHECK(true_us(made, tuned.choice.family->id(), tuned.choice.schedule.text()) < 9000);
}

TEST_CASE("a quiet machine leaves quiet rows, and one whose batches are disturbed does not") {
  const Three made;
  for (const Row& row : tune_with(families_of(made), Mode::quick, 0.1, {}).rows)
    CHECK(row.disturbance == 0.1);
  Random random(3);
  const Tuned uneven = tune_with(families_of(made), Mode::full, kQuietMachine,
                                 [&](double us, int) { return random.below(3) == 0 ? us : 3 * us; });
  CHECK(std::any_of(uneven.rows.begin(), uneven.rows.end(),
                    [](const Row& row) { return row.disturbance > kQuiet; }));
}

TEST_CASE("a time that the machine cannot reach is not believed, measured again and then given up") {
  // 6 million multiply-adds cannot take less than 6 ms / 1.15.
  for (const bool always : {false, true}) {
    Three made;
    for (Made& m : made) m.family.multiply_adds = 6e6;
    std::vector<std::string> warnings;
    set_log_sink([&](LogLevel, const std::string& text) { warnings.push_back(text); }, LogLevel::warning);
    int short_runs = 0;
    const Tuned tuned = tune_with(families_of(made), Mode::quick, kQuietMachine, [&](double us, int) {
      return us == 9000 && (always || ++short_runs <= 3) ? 10 : us;
    });
    set_log_sink({}, LogLevel::off);
    check_rows(made, tuned.rows);
    CHECK(tuned.choice.family == &made[2].family);
    CHECK(tuned.rows.size() == (always ? 2 : 3));
    CHECK(warnings.size() == (always ? 1 : 0));
    if (always) CHECK(warnings.at(0).find("faster than this machine can compute") != std::string::npos);
  }
}

TEST_CASE("a clock that jumps back gives no time that cannot be, whenever it does") {
  Three made;
  for (Made& m : made) m.family.multiply_adds = 5.5e6;
  const Families families = families_of(made);
  int runs = 0;
  tune_with(families, Mode::quick, kQuietMachine, [&](double us, int) { return ++runs, us; });
  for (const double jump_us : {3000.0, 8000.0, 1e6})
    for (int at = 0; at < runs; ++at) {
      INFO("by ", jump_us, " us in run ", at);
      const Tuned tuned = tune_with(families, Mode::quick, kQuietMachine,
                                    [=](double us, int run) { return run == at ? us - jump_us : us; });
      for (const Row& row : tuned.rows) CHECK(row.time_ns >= 5.5e6 / 1.15);
      CHECK(tuned.choice.measurements > 0);
    }
}

// A device that is suspended in the middle of a run, where the clock goes on meanwhile.
TEST_CASE("a clock that jumps ahead makes no candidate slow for ever, whenever it does") {
  Three made;
  const Families families = families_of(made);
  int runs = 0;
  const Tuned quiet =
      tune_with(families, Mode::full, kQuietMachine, [&](double us, int) { return ++runs, us; });
  for (const double jump_us : {1e5, 3.6e9})
    for (int at = 0; at < runs; ++at) {
      INFO("by ", jump_us, " us in run ", at);
      const Tuned tuned = tune_with(families, Mode::full, kQuietMachine,
                                    [=](double us, int run) { return run == at ? us + jump_us : us; });
      CHECK(tuned.choice.family == quiet.choice.family);
      CHECK(tuned.choice.time_ns == doctest::Approx(quiet.choice.time_ns));
    }
}

TEST_CASE("a candidate that is given up after its first run is remembered with the time of that run") {
  std::deque<Made> made;
  made.emplace_back("relu.a.cpu", std::vector<FakeSchedule>{{knob(1), 10, 400}});
  made.emplace_back("relu.b.cpu", std::vector<FakeSchedule>{{knob(1), 11, 40000}});
  made.emplace_back("relu.c.cpu", std::vector<FakeSchedule>{{knob(1), 12, 1000}});
  const Tuned tuned = tune_with(families_of(made), Mode::quick, kQuietMachine, {});
  REQUIRE(tuned.rows.size() == 3);
  for (const Row& row : tuned.rows)
    CHECK(row.time_ns == doctest::Approx(1e3 * true_us(made, row.family, row.schedule)));
}

TEST_CASE("a machine that slows down between two candidates does not decide between them") {
  const Three made;
  for (int from = 0; from < 40; ++from) {
    CAPTURE(from);
    const Tuned tuned = tune_with(families_of(made), Mode::quick, kQuietMachine,
                                  [=](double us, int run) { return run >= from ? 1.8 * us : us; });
    check_rows(made, tuned.rows);
    CHECK(tuned.choice.family == &made[2].family);
    // And the rows agree with that, so that the next load takes it, too.
    const auto fastest = std::min_element(tuned.rows.begin(), tuned.rows.end(),
                                          [](const Row& a, const Row& b) { return a.time_ns < b.time_ns; });
    CHECK(fastest->family == "relu.c.cpu");
  }
}

TEST_CASE(
    "under random interruptions rows are never too short and the choice is within a third of the fastest "
    "[slow: tsan]") {
  for (int trial = 0; trial < 300; ++trial) {
    CAPTURE(trial);
    Random random(static_cast<std::uint64_t>(trial) + 1);
    std::deque<Made> made;
    for (int f = 0; f < 3; ++f) {
      std::vector<FakeSchedule> schedules;
      for (int i = 0; i < 6; ++i) {
        const double us = 50 * std::pow(100, random.uniform(0, 1)) * (1 + f);
        schedules.push_back({knob(i), us * static_cast<double>(random.uniform(0.6f, 1.7f)), us});
      }
      made.emplace_back("relu." + std::to_string(f) + ".cpu", schedules);
    }
    const double often = random.uniform(0, 0.4f), most_us = 100 * std::pow(300, random.uniform(0, 1));
    const double drift = random.uniform(-2e-4f, 2e-4f);
    const double lost_share = often * 0.55 * most_us / fastest_us(made);  // as a look would find it
    const Tuned tuned = tune_with(families_of(made), Mode::full, lost_share, [&](double us, int run) {
      const double speed = std::exp(drift * run);
      const double lost = random.uniform(0, 1) < static_cast<float>(often)
                              ? most_us * static_cast<double>(random.uniform(0.1f, 1))
                              : 0;
      return us * std::max(1.0, speed) + lost;
    });
    check_rows(made, tuned.rows);
    const double chosen = true_us(made, tuned.choice.family->id(), tuned.choice.schedule.text());
    INFO("takes ", chosen, " us, the fastest ", fastest_us(made), "; ", often, " of the runs lose up to ",
         most_us, " us");
    CHECK(chosen <= 1.33 * fastest_us(made));
  }
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
