// An app is upgraded, and rolled back: databases of an older schema with rows of older kernels lose nothing that is still valid.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scratch_folder.h"
#include "tuner/fake_family.h"
#include "tuner/schema_1.h"
#include "tuner/tuner.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using Kernels = std::vector<const kernels::KernelFamily*>;

Row known(const FakeSetting& s, const std::string& family, int version, const char* schedule, double ns) {
  return {.device = s.target.device.fingerprint(),
          .threads = s.target.threads,
          .problem = s.problem.text(),
          .family = family,
          .version = version,
          .schedule = schedule,
          .time_ns = ns,
          .default_ns = 0,
          .rigor = kFull};
}

std::vector<Row> rows_here(const TuningDb& db, const FakeSetting& s) {
  return db.find(s.target.device.fingerprint(), s.target.threads, s.problem.text());
}

bool holds_row(const std::vector<Row>& rows, const Row& row) {
  return std::ranges::find(rows, row) != rows.end();
}

}  // namespace

TEST_CASE("an upgrade keeps what is valid, measures what is not, and a roll-back finds its own again") {
  const tests::ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  FakeSetting s;
  FakeClock::reset();
  // The old app: kernels A and B in version 1, and one that is gone since.
  const std::vector<FakeSchedule> schedules{{knob(1), 10, 100}, {knob(2), 20, 80}, {knob(3), 30, 60}};
  const FakeFamily a{"relu.a.cpu", schedules}, b_old{"relu.b.cpu", schedules},
      b_new{"relu.b.cpu", schedules, 1, 2};
  const Row row_a = known(s, "relu.a.cpu", 1, "a=2,b=0", 80e3),
            row_b = known(s, "relu.b.cpu", 1, "a=3,b=0", 60e3),
            gone = known(s, "relu.gone.cpu", 1, "a=1,b=0", 50e3);
  Row more_threads = row_a;
  more_threads.threads = 4;
  make_version_1(path, {row_a, row_b, gone, more_threads});

  const Kernels before{&a, &b_old}, after{&a, &b_new};
  {  // the new app: another schema, B in version 2
    TuningDb db(path);
    CHECK(db.count() == 4);
    const std::vector<TimedSchedule> remembered = recall(db, s.problem, after, s.target);
    REQUIRE(remembered.size() == 1);
    CHECK(remembered[0].family == &a);
    CHECK(remembered[0].schedule == knob(2));
    CHECK(remembered[0].rigor == kFull);
    CHECK(tune(s.request(after), db).measurements > 0);
    const std::vector<Row> rows = rows_here(db, s);
    CHECK(holds_row(rows, gone));  // nobody's business
    CHECK(std::ranges::any_of(rows, [](const Row& r) { return r.family == "relu.b.cpu" && r.version == 2; }));
    CHECK_FALSE(holds_row(rows, row_b));  // its key is taken by the newer version's
    CHECK(std::ranges::any_of(rows, [](const Row& r) { return r.family == "relu.a.cpu"; }));
    const std::vector<Row> others = db.find(more_threads.device, 4, more_threads.problem);
    CHECK(holds_row(others, more_threads));
    CHECK(db.count() == 4);
    CHECK(db.trouble() == "");
  }
  {  // a version that has the old kernel again: A still counts
    TuningDb db(path);
    const std::vector<TimedSchedule> remembered = recall(db, s.problem, before, s.target);
    REQUIRE(remembered.size() == 1);
    CHECK(remembered[0].family == &a);
  }
}

}  // namespace rt3d::tuner
