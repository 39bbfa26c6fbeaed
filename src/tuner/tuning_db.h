// The tuning database: (device, threads, problem, family@version) → schedule and time, in one SQLite file
// that may be shared by processes. What a load needs (find, store, the journal) never throws because of the
// file: one that is missing, read-only, locked, damaged, hostile or from a newer version is logged once,
// costs a bounded number of steps, and rows are kept in memory instead. What has the file as its result
// (import, merge, export) throws. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace rt3d::tuner {

// How thoroughly a family was tuned: its default came along in a survey; or quick or full tuning looked for
// the best.
inline constexpr int kSurveyed = 0, kQuick = 1, kFull = 2;

// Disturbances up to this are quiet: timer ticks and the like.
inline constexpr double kQuiet = 0.25;

struct Row {
  std::string device;  // Device::fingerprint()
  int threads = 1;
  std::string problem;  // Problem::text()
  std::string family;   // id
  int version = 0;
  std::string schedule;  // Schedule::text()
  double time_ns = 0;    // measured time of the schedule
  double default_ns =
      0;  // of the family's estimated schedule, in the same session of measurements; 0: not measured
  int rigor = kQuick;
  // How busy the machine was with other things (MachineState::disturbance), or the share of batches that were clearly slower than
  // others of their candidate, whichever was more. 0: quiet, or unknown (rows of schema version 1).
  double disturbance = 0;
  bool operator==(const Row&) const = default;
};

// A schedule about to be run for the first time.
struct Intent {
  std::string device;   // Device::fingerprint()
  std::string problem;  // Problem::text()
  std::string family;   // id
  int version = 0;
  std::string schedule;  // Schedule::text()
  bool operator==(const Intent&) const = default;
};

// What became of rows that were to be stored.
struct Stored {
  std::int64_t added = 0;      // under a new key
  std::int64_t replaced = 0;   // in another row's place
  std::int64_t unchanged = 0;  // not: the same row was there, or one that is worth more
  std::int64_t left_out = 0;   // not believed
  bool operator==(const Stored&) const = default;
};

// Whether a row from elsewhere may be so; empty: every row.
using Believes = std::function<bool(const Row&)>;

class Seeds;

class TuningDb {
 public:
  // An empty path: rows live in memory only. The file is opened at the first use; file and parent folders are
  // created by the first store() when writable.
  // `seeds`: rows that find() and relatives() know beside those of the file; nullptr: none.
  explicit TuningDb(const std::filesystem::path& path, bool writable = true,
                    std::shared_ptr<const Seeds> seeds = nullptr);
  ~TuningDb();
  TuningDb(const TuningDb&) = delete;
  TuningDb& operator=(const TuningDb&) = delete;

  // $RT3D… is not consulted: $XDG_CACHE_HOME/rt3d/tuning.db, else $HOME/.cache/rt3d/tuning.db, else empty.
  static std::filesystem::path default_path();

  // A row of the seeds where the file has none of that family and version.
  std::vector<Row> find(const std::string& device, int threads, const std::string& problem) const;
  // Rows of the same problem that are not this device's with these threads: its own with others, and the seeds' of its relatives
  // (seeds.h). A group for each device and number of threads, the closest first.
  std::vector<std::vector<Row>> relatives(const std::string& device, int threads,
                                          const std::string& problem) const;
  // Replaces the row with the same key where row.h's replaces() says so, or where that is still `instead_of`.
  void store(const Row& row, const std::optional<Row>& instead_of = {});
  // All of one device; none where the file cannot be read.
  std::vector<Row> rows(const std::string& device) const;
  std::int64_t count() const;

  // Throws what export_text() and import_text() would throw about the file; creates a missing one when
  // writable.
  void require_usable() const;
  // Writes what is still in memory, if it can.
  void flush();
  // Rows in memory that the file does not have.
  std::int64_t rows_not_stored() const;

  // The journal of candidates: begin before a schedule's first run, end after it, whatever its outcome. One
  // that took two processes down within a month, or may have, is quarantined: begun, and not ended before
  // they died.
  void begin_candidate(const Intent& intent);
  void end_candidate(Intent intent) noexcept;  // also without memory: then with a later change, or at the end
  std::vector<Intent> quarantined(const std::string& device, const std::string& problem) const;

  // What happened to the file: "" when it works, else why rows are kept in memory only.
  std::string trouble() const;
  std::string trouble_so_far() const;  // likewise, without touching the file
  const std::filesystem::path& path() const;

  // Header line, then one row a line, sorted (tuning_db/README.md has the format); without rows that import_text() would refuse. Throws io when the file
  // cannot be read, invalid_argument when it is no tuning database.
  std::string export_text() const;
  // All or nothing; throws invalid_argument with the line number, and what the file throws when it cannot be
  // written. Rows that are believed are taken by store()'s rule.
  Stored import_text(const std::string& text, const Believes& believes = {});
  // All rows of another database file, likewise; throws io or invalid_argument when that cannot be read.
  Stored merge(const std::filesystem::path& other, const Believes& believes = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rt3d::tuner
