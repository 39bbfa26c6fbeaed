// Target: a tuning database's file: whatever it holds, asking, storing, exporting and merging work, or merging is refused. All rows
// that come out are fit to be stored. What was stored in a sound file is found; in a tree whose keys are out of order SQLite itself may
// lose it, and a file whose damage is seen later is moved aside with all its rows.
#include <sqlite3.h>

#include "base/checksum.h"
#include "base/error.h"
#include "harness.h"
#include "tuner/row.h"
#include "tuner/tuning_db.h"

namespace rt3d::fuzz {
namespace {

tuner::Row our_row() {
  return {.device = "avx2/cpu",
          .threads = 2,
          .problem = "Relu 1x3 -> 1x3",
          .family = "relu.fuzz.cpu",
          .version = 1,
          .schedule = "a=1",
          .time_ns = 1000,
          .default_ns = 2000,
          .rigor = tuner::kQuick};
}

bool moved_aside(const std::filesystem::path& path) {
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path()))
    if (entry.path().filename().string().starts_with("tuning.db.corrupt")) return true;
  return false;
}

// What SQLite says of the file as it was, looking at all of it: asked only when something was lost.
bool sound(std::span<const std::byte> input) {
  const std::filesystem::path path = empty_folder() / "whole.db";
  write_file(path, text_of(input));
  sqlite3* db = nullptr;
  std::string verdict;
  const auto keep = [](void* to, int, char** fields, char**) {
    *static_cast<std::string*>(to) += fields[0];
    return 0;
  };
  if (sqlite3_open(path.c_str(), &db) == SQLITE_OK)
    sqlite3_exec(db, "PRAGMA integrity_check(1)", keep, &verdict, nullptr);
  sqlite3_close(db);
  return verdict == "ok";
}

}  // namespace

void fuzz_one(std::span<const std::byte> input) {
  const std::filesystem::path path = empty_folder() / "tuning.db";
  write_file(path, text_of(input));
  const tuner::Row ours = our_row();
  {
    tuner::TuningDb merged("");
    try {
      merged.merge(path);
    } catch (const Error& error) {
      expect(error.code() == Code::io || error.code() == Code::invalid_argument, "merging failed otherwise");
    }
    tuner::parse_rows(merged.export_text());
  }
  const bool writable = checksum64(text_of(input)) % 2 == 0;
  tuner::TuningDb db(path, writable);
  for (const tuner::Row& row : db.find(ours.device, ours.threads, ours.problem))
    expect(tuner::storable(row), "a row came out that may not be stored");
  db.quarantined(ours.device, ours.problem);
  for (const tuner::Row& row : tuner::parse_rows(db.export_text()))
    expect(tuner::storable(row), "a row was exported that may not be stored");
  db.store(ours);
  const tuner::Intent intent{ours.device, ours.problem, ours.family, ours.version, ours.schedule};
  db.begin_candidate(intent);
  db.end_candidate(intent);
  const bool found = !db.find(ours.device, ours.threads, ours.problem).empty(), counted = db.count() >= 1;
  expect((found && counted) || moved_aside(path) || !sound(input),
         "a stored row is not found or not counted");
}

}  // namespace rt3d::fuzz
