// Which of two rows with one key stays.
#include <doctest/doctest.h>

#include "scratch_folder.h"
#include "tuner/db_rows.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {

TEST_CASE("a row replaces another by version, then by quiet, then by rigor and time") {
  struct Case {
    const char* what;
    Row row, existing;
    bool replaces;
  };
  const auto row = [](double time_ns, double disturbance, int rigor = kQuick, int version = 1) {
    Row r = row_of(0);
    r.time_ns = time_ns;
    r.disturbance = disturbance;
    r.rigor = rigor;
    r.version = version;
    return r;
  };
  const Case cases[] = {
      {"as quiet, newer", row(120, 0), row(100, 0), true},
      {"as quiet, all that is quiet being alike", row(120, 0.2), row(100, 0), true},
      {"as quiet, less rigor, slower", row(120, 0, kQuick), row(100, 0, kFull), false},
      {"as quiet, less rigor, as fast", row(100, 0, kQuick), row(100, 0, kFull), false},
      {"as quiet, less rigor, faster", row(90, 0, kQuick), row(100, 0, kFull), true},
      {"as quiet, more rigor, slower", row(120, 0, kFull), row(100, 0, kQuick), true},
      {"quieter, slower", row(150, 0), row(100, 0.8), true},
      {"quieter, slower and with less rigor", row(150, 0, kSurveyed), row(100, 0.8, kFull), true},
      {"still disturbed, but less", row(150, 0.4), row(100, 0.8), true},
      {"more disturbed, slower", row(120, 0.8), row(100, 0), false},
      {"more disturbed, a little faster", row(95, 0.8), row(100, 0), false},
      {"more disturbed, faster by less than that", row(60, 0.8), row(100, 0), false},
      {"more disturbed, faster by more than that", row(50, 0.8), row(100, 0), true},
      {"as disturbed, newer", row(120, 0.8), row(100, 0.8), true},
      {"another version, disturbed and slower", row(900, 5, kSurveyed, 2), row(100, 0, kFull, 1), true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    CHECK(replaces(c.row, c.existing) == c.replaces);
    TuningDb db("");
    db.store(c.existing);
    db.store(c.row);
    CHECK(find(db, 0).at(0) == (c.replaces ? c.row : c.existing));
    const Row there = find(db, 0).at(0);
    Row another = there;
    another.time_ns += 1;
    db.store(c.existing, another);
    CHECK(find(db, 0).at(0) == (replaces(c.existing, there) ? c.existing : there));
    db.store(c.existing, find(db, 0).at(0));
    CHECK(find(db, 0).at(0) == c.existing);
  }
}

TEST_CASE("a row that is put in place of a better one reaches the file") {
  const tests::ScratchFolder folder;
  Row good = row_of(0), slow = row_of(0);
  good.rigor = kFull;
  slow.time_ns *= 3;
  slow.disturbance = 2;
  {
    TuningDb db(folder.path() / "tuning.db");
    db.store(good);
    db.store(slow);
    CHECK(find(db, 0).at(0) == good);
    db.store(slow, good);
    CHECK(db.count() == 1);
  }
  CHECK(find(TuningDb(folder.path() / "tuning.db"), 0).at(0) == slow);
}

TEST_CASE(
    "a row that replaces another keeps its right while the file is busy, and no right to replace a third") {
  const tests::ScratchFolder folder;
  const auto path = folder.path() / "tuning.db";
  Row good = row_of(0), slow = row_of(0), better = row_of(0);
  good.rigor = better.rigor = kFull;
  slow.time_ns *= 3;
  slow.disturbance = 2;
  better.time_ns /= 2;
  for (const bool third : {false, true}) {
    CAPTURE(third);
    std::filesystem::remove(path);
    TuningDb db(path), other(path);
    db.store(good);
    {
      RawConnection blocking(path);
      blocking.run("BEGIN EXCLUSIVE");
      db.store(slow, good);
      CHECK(db.rows_not_stored() == 1);
      blocking.run("ROLLBACK");
    }
    if (third) other.store(better);
    db.flush();
    CHECK(db.rows_not_stored() == 0);
    CHECK(find(TuningDb(path), 0).at(0) == (third ? better : slow));
  }
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
