// Rows of a tuning database that want to do harm, from somebody who can compute checksums.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernels/family.h"
#include "tuner/row.h"

namespace rt3d::tests {

class AdversarialRows {
 public:
  // For these problems, as a session with that target would look them up.
  AdversarialRows(std::span<const kernels::Problem> problems, const kernels::Target& target,
                  std::uint64_t seed);
  // One for each problem and family, most of them changed in a way or several; and some that nobody should find.
  std::vector<tuner::Row> next();

 private:
  struct Known {
    tuner::Row row;
    std::vector<kernels::Schedule> space;
  };
  tuner::Row some_row();
  void change(tuner::Row& row);

  std::vector<Known> known_;
  std::map<std::string, std::vector<int>> values_;  // of knobs, of all families
  Random random_;
};

// Puts them into the file with right checksums, whatever is there and whatever a row may be. Returns how many the schema took.
int put_rows(const std::filesystem::path& database, std::span<const tuner::Row> rows);

}  // namespace rt3d::tests
