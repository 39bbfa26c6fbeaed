// Schema versions: files of version 1 lose nothing, whether they are upgraded or only read.
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>

#include "scratch_folder.h"
#include "tuner/db_rows.h"
#include "tuner/schema_1.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::read_bytes;
using tests::ScratchFolder;

// As the code of version 1 wrote it.
constexpr std::int64_t kChecksumOfRow1 = -491091616953738189;

std::int64_t schema_version(const fs::path& path) {
  return RawConnection(path).integer("PRAGMA user_version");
}

void check_rows(const TuningDb& db, int rows) {
  CHECK(db.count() == rows);
  for (int i = 0; i < rows; ++i) CHECK(find(db, i) == std::vector<Row>{old_row(i)});
}

}  // namespace

TEST_CASE("a row of schema version 1 keeps the checksum that version 1 gave it") {
  CHECK(std::bit_cast<std::int64_t>(checksum(old_row(1))) == kChecksumOfRow1);
  CHECK(checksum(row_of(1)) != checksum(old_row(1)));
}

TEST_CASE("a file of schema version 1 is upgraded when it is opened for writing, and loses no valid row") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  make_version_1(path, 300);
  check_rows(TuningDb(path), 300);
  CHECK(schema_version(path) == 2);
  CHECK(RawConnection(path).integer("SELECT count(*) FROM intent") == 1);
  TuningDb db(path);
  db.store(row_of(301));
  CHECK(find(db, 301) == std::vector<Row>{row_of(301)});
  CHECK(db.count() == 301);
  CHECK(db.trouble() == "");
}

TEST_CASE(
    "a file whose creator was killed before it had a write-ahead log gets one when it is opened for "
    "writing") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  fill(path, 3);
  RawConnection(path).run("PRAGMA journal_mode = DELETE");
  const auto has_log = [&] { return tests::read_bytes(path).substr(18, 2) == "\2\2"; };
  REQUIRE_FALSE(has_log());
  CHECK(find(TuningDb(path), 1) == std::vector<Row>{row_of(1)});
  CHECK_FALSE(has_log());
  {
    const RawConnection reader(path);
    sqlite3_stmt* reading = nullptr;
    REQUIRE(sqlite3_prepare_v2(reader.handle, "SELECT * FROM schedule", -1, &reading, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(reading) == SQLITE_ROW);
    TuningDb db(path);
    db.store(row_of(4));  // another one reads: there is none yet, and the row waits for it
    CHECK(find(db, 4) == std::vector<Row>{row_of(4)});
    CHECK_FALSE(has_log());
    sqlite3_finalize(reading);
  }
  CHECK(TuningDb(path).count() == 4);
  TuningDb(path).store(row_of(5));
  CHECK(has_log());
  CHECK(TuningDb(path).count() == 5);
}

TEST_CASE("a file of schema version 1 that is only read stays as it is") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db", other = folder.path() / "other.db";
  make_version_1(path, 20);
  const std::string before = read_bytes(path);
  check_rows(TuningDb(path, false), 20);
  TuningDb merged(other);
  CHECK(merged.merge(path).added == 20);
  check_rows(merged, 20);
  CHECK(read_bytes(path) == before);
}

TEST_CASE("processes that upgrade one file at the same time lose nothing") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  make_version_1(path, 200);
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      TuningDb(path).store(row_of(200 + i));
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  const TuningDb db(path);
  CHECK(db.count() == 204);
}

TEST_CASE("text of version 1 is imported, and disturbances survive export and import") {
  TuningDb db(""), copy("");
  CHECK(db.import_text("rt3d-tuning\t1\nd\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\n").added == 1);
  CHECK(db.find("d", 1, "Relu 1x2 -> 1x2").at(0).disturbance == 0);
  Row row = row_of(5);
  row.disturbance = 1.0 / 3;
  db.store(row);
  CHECK(copy.import_text(db.export_text()).added == 2);
  CHECK(find(copy, 5) == std::vector<Row>{row});
  for (const char* bad : {"rt3d-tuning\t2\nd\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\n",
                          "rt3d-tuning\t1\nd\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\t0\n",
                          "rt3d-tuning\t2\nd\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\t-1\n",
                          "rt3d-tuning\t2\nd\t1\tRelu 1x2 -> 1x2\tf\t1\ta=1\t10\t20\t1\tnan\n"})
    CHECK_THROWS_WITH_AS(db.import_text(bad), doctest::Contains("line 2"), Error);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
