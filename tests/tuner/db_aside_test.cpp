// Damaged databases of ours are moved aside; nothing is overwritten by that, and nothing else is ever moved.
#include <doctest/doctest.h>

#include "scratch_folder.h"
#include "tuner/db_rows.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

using tests::read_bytes;
using tests::ScratchFolder;
using tests::write_bytes;

std::string damaged_database(int mark) {
  const ScratchFolder folder;
  fill(folder.path() / "t.db", 3);
  std::string bytes = read_bytes(folder.path() / "t.db");
  damage(bytes);
  return bytes + cat(mark);
}

fs::path aside(const fs::path& path, int number) { return cat(path.string(), ".corrupt-", number); }

}  // namespace

TEST_CASE("each damaged database gets a free name, and a fresh one is started") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  write_bytes(aside(path, 3), "somebody's own");
  write_bytes(aside(path, 5).string() + "-wal", "somebody's own, too");
  int number = 0;
  for (int i = 1; i <= 12; ++i) {
    do ++number;
    while (number == 3 || number == 5);
    const std::string bytes = damaged_database(i);
    write_bytes(path, bytes);
    const Warnings warnings;
    check_usable(path);
    CHECK(warnings.lines.size() == 1);
    CHECK(read_bytes(aside(path, number)) == bytes);
    CHECK(find(TuningDb(path), 900) == std::vector<Row>{row_of(900)});
  }
  CHECK(read_bytes(aside(path, 3)) == "somebody's own");
  CHECK(read_bytes(aside(path, 5).string() + "-wal") == "somebody's own, too");
  CHECK_FALSE(fs::exists(aside(path, 5)));
}

TEST_CASE("where many damaged databases lie, the next one stays and rows stay in memory") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  for (int i = 1; i <= 64; ++i) write_bytes(aside(path, i), cat("old ", i));
  const std::string bytes = damaged_database(1);
  write_bytes(path, bytes);
  check_usable(path);
  CHECK(read_bytes(path) == bytes);
  for (int i = 1; i <= 64; ++i) CHECK(read_bytes(aside(path, i)) == cat("old ", i));
  CHECK_FALSE(fs::exists(aside(path, 65)));
  CHECK_THROWS_WITH_AS(TuningDb(path).require_usable(), doctest::Contains("delete it"), Error);
}

TEST_CASE("who only reads a damaged database does not move it") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  const std::string bytes = damaged_database(1);
  write_bytes(path, bytes);
  check_usable(path, false);
  CHECK(read_bytes(path) == bytes);
  CHECK_FALSE(fs::exists(aside(path, 1)));
  CHECK_THROWS_AS(TuningDb(path, false).export_text(), Error);
}

TEST_CASE("opening for writing replaces a damaged database, and says so") {
  const ScratchFolder folder;
  const fs::path path = folder.path() / "tuning.db";
  write_bytes(path, damaged_database(1));
  const Warnings warnings;
  TuningDb db(path);
  db.require_usable();
  CHECK(warnings.lines.size() == 1);
  CHECK(db.import_text(rows_text({row_of(1)})).added == 1);
  CHECK(db.trouble() == "");
  CHECK(TuningDb(path).count() == 1);
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
