// Rows and database files that the tests of the tuning database share.
#pragma once

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "tuner/row.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

namespace fs = std::filesystem;

inline Row row_of(int i) {
  return {.device = "avx2/cpu",
          .threads = 2,
          .problem = cat("Relu 1x", i + 1, " -> 1x", i + 1),
          .family = "relu.fake.cpu",
          .version = 1,
          .schedule = cat("a=", i),
          .time_ns = 1000.5 + i,
          .default_ns = 2000,
          .rigor = 1,
          .disturbance = 0.25 * (i % 2)};
}

inline void fill(const fs::path& path, int rows) {
  TuningDb db(path);
  std::vector<Row> all;
  all.reserve(static_cast<std::size_t>(rows));
  for (int i = 0; i < rows; ++i) all.push_back(row_of(i));
  REQUIRE(db.import_text(rows_text(std::move(all))).added == rows);
}

inline std::vector<Row> find(const TuningDb& db, int i) { return db.find("avx2/cpu", 2, row_of(i).problem); }

struct RawConnection {
  explicit RawConnection(const fs::path& path) { REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK); }
  ~RawConnection() { sqlite3_close(handle); }
  void run(const char* sql) {
    REQUIRE_MESSAGE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  std::int64_t integer(const char* sql) {
    std::int64_t value = -1;
    const auto take = [](void* out, int, char** values, char**) {
      *static_cast<std::int64_t*>(out) = values[0] ? std::stoll(values[0]) : -1;
      return 0;
    };
    REQUIRE_MESSAGE(sqlite3_exec(handle, sql, take, &value, nullptr) == SQLITE_OK, sql);
    return value;
  }
  sqlite3* handle = nullptr;
};

// Counts warnings while it lives.
struct Warnings {
  Warnings() {
    set_log_sink([this](LogLevel, const std::string& text) { lines.push_back(text); }, LogLevel::warning);
  }
  ~Warnings() { set_log_sink({}, LogLevel::off); }
  std::vector<std::string> lines;
};

// Whatever the file is: nothing throws, and a stored row is found again.
inline void check_usable(const fs::path& path, bool writable = true) {
  TuningDb db(path, writable);
  CHECK(find(db, 900).empty());
  db.store(row_of(900));
  CHECK(find(db, 900) == std::vector<Row>{row_of(900)});
  CHECK(db.count() >= 1);
}

// A sound file of ours becomes one whose trees lead nowhere; its first 100 bytes stay.
inline void damage(std::string& bytes) {
  REQUIRE(bytes.size() > 200);
  bytes.replace(100, bytes.size() - 100, bytes.size() - 100, 'x');
}

}  // namespace rt3d::tuner
