// Files as schema version 1 had them.
#pragma once

#include <bit>
#include <cstdio>

#include "tuner/db_rows.h"

namespace rt3d::tuner {

// tuning_db/schema.sql as it was in version 1.
inline constexpr char kSchema1[] = R"(
PRAGMA journal_mode = WAL;
PRAGMA application_id = 0x52543344;
PRAGMA user_version = 1;
CREATE TABLE schedule (
  device TEXT NOT NULL, threads INTEGER NOT NULL, problem TEXT NOT NULL, family TEXT NOT NULL, version INTEGER NOT NULL,
  schedule TEXT NOT NULL, time_ns REAL NOT NULL, default_ns REAL NOT NULL, rigor INTEGER NOT NULL,
  checksum INTEGER NOT NULL, PRIMARY KEY (device, threads, problem, family)) STRICT, WITHOUT ROWID;
CREATE TABLE intent (
  device TEXT NOT NULL, problem TEXT NOT NULL, family TEXT NOT NULL, version INTEGER NOT NULL, schedule TEXT NOT NULL,
  owner TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (device, problem, family, version, schedule)) STRICT, WITHOUT ROWID;
)";

// Rows of version 1 know nothing of disturbances.
inline Row old_row(int i) {
  Row row = row_of(i);
  row.disturbance = 0;
  return row;
}

// SQL that gives the same number again.
inline std::string exact(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17e", number);
  return text;
}

// With a damaged row beside these, and a candidate that was not ended.
inline void make_version_1(const fs::path& path, const std::vector<Row>& rows) {
  RawConnection db(path);
  db.run(kSchema1);
  db.run("BEGIN");
  for (const Row& r : rows) {
    db.run(cat("INSERT INTO schedule VALUES ('", r.device, "', ", r.threads, ", '", r.problem, "', '",
               r.family, "', ", r.version, ", '", r.schedule, "', ", exact(r.time_ns), ", ",
               exact(r.default_ns), ", ", r.rigor, ", ", std::bit_cast<std::int64_t>(checksum(r)), ")")
               .c_str());
  }
  db.run("INSERT INTO schedule VALUES ('avx2/cpu', 2, 'damaged', 'f', 1, 'a=1', 1.0, 1.0, 1, 77)");
  const JournalEntry entry{.intent = {"avx2/cpu", "Relu 1x2 -> 1x2", "relu.fake.cpu", 1, "a=1"},
                           .owner = "gone/1/1"};
  db.run(
      cat("INSERT INTO intent VALUES ('avx2/cpu', 'Relu 1x2 -> 1x2', 'relu.fake.cpu', 1, 'a=1', 'gone/1/1', ",
          std::bit_cast<std::int64_t>(checksum(entry)), ")")
          .c_str());
  db.run("COMMIT");
}

inline void make_version_1(const fs::path& path, int rows) {
  std::vector<Row> all;
  for (int i = 0; i < rows; ++i) all.push_back(old_row(i));
  make_version_1(path, all);
}

}  // namespace rt3d::tuner
