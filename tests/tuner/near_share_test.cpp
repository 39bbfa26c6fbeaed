// What is known of a problem at one share of zeros helps at another.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "kernels/sparsity.h"
#include "tuner/fake_family.h"
#include "tuner/search.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

struct NearSetting : FakeSetting {
  kernels::Problem at(int kept_percent) const {
    kernels::Problem other = dense;
    if (kept_percent < 100)
      other.attributes.set(kernels::kSparsityAttribute,
                           kernels::Sparsity{kernels::Scheme::kgs, 8, 4, kept_percent}.text());
    return other;
  }
  void know(int kept_percent, const FakeFamily& family, const std::string& schedule, double time_ns,
            int rigor = kQuick) {
    db.store({.device = target.device.fingerprint(),
              .threads = target.threads,
              .problem = at(kept_percent).text(),
              .family = std::string(family.id()),
              .version = family.version(),
              .schedule = schedule,
              .time_ns = time_ns,
              .default_ns = time_ns,
              .rigor = rigor});
  }
  std::vector<TimedSchedule> near(int kept_percent) {
    return recall_near(db, at(kept_percent), families, target);
  }

  const kernels::Problem dense = kernels::parse_problem("Relu 1x10x33,c8x4x1 -> 1x10x33");
  FakeFamily first{"relu.first.cpu", {{knob(1), 10}, {knob(2), 20}, {knob(3), 30, 50}}};
  FakeFamily second{"relu.second.cpu", {{knob(1), 15, 80}}};
  std::vector<const kernels::KernelFamily*> families{&first, &second};
  TuningDb db{""};
};

}  // namespace

TEST_CASE("the nearest share that was searched is recalled, where its schedules are legal") {
  NearSetting s;
  s.know(60, s.first, "a=2,b=0", 400);
  s.know(60, s.second, "a=1,b=0", 300);
  s.know(20, s.first, "a=3,b=0", 100);
  s.know(45, s.first, "a=1,b=0", 200, kSurveyed);  // came along in a survey, no more
  s.know(41, s.first, "a=7,b=0", 200);             // no schedule of today's
  s.know(100, s.first, "a=1,b=0", 900);            // dense
  const std::vector<TimedSchedule> above = s.near(42);
  REQUIRE(above.size() == 2);
  CHECK(above[0].family == &s.second);
  CHECK(above[0].time_ns == doctest::Approx(300));
  CHECK(above[1].schedule == knob(2));
  const std::vector<TimedSchedule> below = s.near(30);
  REQUIRE(below.size() == 1);
  CHECK(below[0].schedule == knob(3));
  CHECK(s.near(9).empty());    // less than half of the least
  CHECK(s.near(100).empty());  // no zeros
}

TEST_CASE("where a near share was searched quick tuning measures what was found there, and remembers it") {
  NearSetting s;
  s.know(60, s.first, "a=3,b=0", 400);
  for (const bool zeros : {true, false}) {
    CAPTURE(zeros);
    s.problem = s.at(zeros ? 50 : 100);
    const TimedSchedule found = tune(s.request(s.families), s.db);
    CHECK(found.family == &s.first);
    CHECK(found.schedule == knob(3));
    CHECK(found.measurements == (zeros ? 2 : 4));  // with the best estimate; all that there are
    const std::vector<TimedSchedule> known = recall(s.db, s.problem, s.families, s.target);
    REQUIRE_FALSE(known.empty());
    CHECK(known[0].rigor == kQuick);
  }
}

TEST_CASE("where nothing that was found near can be timed the search goes on as ever") {
  const FakeFamily a("a", {{knob(0), 1}});
  Candidates candidates;
  for (int i = 0; i < 5; ++i) candidates.push_back({&a, knob(i), 10.0 + i, i == 0});
  for (const bool timed : {true, false}) {
    const auto strategy = make_only({3, 1}, make_ranked(candidates));
    std::vector<std::size_t> asked;
    while (const auto ask = strategy->ask()) {
      asked.push_back(ask->candidate);
      CHECK(strategy->total() >= static_cast<int>(asked.size()));
      strategy->tell(timed && ask->candidate == 1 ? 5 : kNever);
    }
    CHECK(asked.size() >= (timed ? 2U : 5U));
    CHECK((asked.size() == 2) == timed);
  }
}

}  // namespace rt3d::tuner
