// Rows that were measured elsewhere and came along, with an app or from another phone: read once, never written.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tuner/tuning_db.h"

namespace rt3d::tuner {

class Seeds {
 public:
  // Rows in the text form, or of a tuning database (tuning_db/README.md). Throws io for a file that cannot be read,
  // invalid_argument for one that is neither, naming it and the line.
  void add_file(const std::filesystem::path& file);
  // Of rows with one key and version the one that was added first stays.
  void add(std::vector<Row> rows);
  void add(const Seeds& others);
  std::size_t count() const { return count_; }

  // Rows of the very device.
  std::vector<Row> find(const std::string& device, int threads, const std::string& problem) const;
  // Rows of its relatives (kinship()), and its own of other numbers of threads: a group for each device and number of threads, the closest
  // first.
  std::vector<std::vector<Row>> relatives(const std::string& device, int threads,
                                          const std::string& problem) const;

 private:
  std::map<std::string, std::vector<Row>> by_problem_;
  std::size_t count_ = 0;
};

// How near devices are to each other, by their fingerprints (base/device.h): code of the one suits the other, more or less.
enum class Kinship : std::uint8_t {
  none,
  instruction_set,  // or the same kind of accelerator
  core,             // the same core or model beside other caches or drivers: another SoC
  same,
};
Kinship kinship(const std::string& a, const std::string& b);

// Groups of rows of one device and number of threads each, the closest first: by kinship, then by the ratio of threads.
void sort_by_closeness(std::vector<std::vector<Row>>& groups, const std::string& device, int threads);

}  // namespace rt3d::tuner
