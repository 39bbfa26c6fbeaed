// A database in a folder of its own, beside one for temporary files, where nothing is to be left.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/parts/temporary_folder.h"
#include "tuner/row.h"

namespace rt3d::processes {

struct Place {
  explicit Place(const std::string& parent);  // its folder holds TMPDIR, too; throws std::runtime_error

  cli::TemporaryFolder made;
  std::filesystem::path folder = made.path();
  std::filesystem::path database() const { return folder / "db" / "tuning.db"; }
  void remove_database() const;
  // Throws where something else lies there than what tuning_db/README.md names.
  void require_clean() const;
};

// Rows that no tuning makes: of writer w, batch b. All of one import.
std::vector<tuner::Row> batch_of(int writer, int batch);
std::string batch_text(int writer, int batch);
inline constexpr int kBatchRows = 20;

// How many rows of each batch of the writer are among `rows`.
std::vector<int> batches_in(const std::vector<tuner::Row>& rows, int writer);

}  // namespace rt3d::processes
