// The tuning database: (device, threads, problem, family@version) → schedule and time, in one SQLite file that may be shared by
// processes. No function throws because of the file: one that is missing, read-only, locked, damaged or from a newer
// version is logged once, and rows are kept in memory instead. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace rt3d::tuner {

struct Row {
  std::string device;    // Device::fingerprint()
  int threads = 1;
  std::string problem;   // Problem::text()
  std::string family;    // id
  int version = 0;
  std::string schedule;  // Schedule::text()
  double time_ns = 0;    // measured time of the schedule
  double default_ns = 0; // of the family's estimated schedule, in the same session of measurements; 0: not measured
  int rigor = 1;         // 1 quick, 2 full
  bool operator==(const Row&) const = default;
};

class TuningDb {
 public:
  // An empty path: rows live in memory only. Parent folders are created when writable.
  explicit TuningDb(const std::filesystem::path& path, bool writable = true);
  ~TuningDb();
  TuningDb(const TuningDb&) = delete;
  TuningDb& operator=(const TuningDb&) = delete;

  // $RT3D… is not consulted: $XDG_CACHE_HOME/rt3d/tuning.db, else $HOME/.cache/rt3d/tuning.db, else empty.
  static std::filesystem::path default_path();

  std::vector<Row> find(const std::string& device, int threads, const std::string& problem) const;
  // Replaces the row with the same key unless that one was measured with more rigor and is not slower.
  void store(const Row& row);
  std::int64_t count() const;

  // What happened to the file: "" when it works, else why rows are kept in memory only.
  std::string trouble() const;
  const std::filesystem::path& path() const;

  std::string export_text() const;                  // header line, then one row a line, sorted
  std::int64_t import_text(const std::string& text);  // all or nothing; throws invalid_argument with the line number
  std::int64_t merge(const std::filesystem::path& other);  // throws io when the other file cannot be read

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rt3d::tuner
