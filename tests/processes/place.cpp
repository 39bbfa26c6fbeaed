#include "processes/place.h"

#include <cstdlib>
#include <stdexcept>

#include "base/error.h"
#include "processes/net.h"

namespace rt3d::processes {
namespace {

namespace fs = std::filesystem;

std::string device_of(int writer) { return cat("writer/", writer); }
constexpr char kFamily[] = "relu.fake.cpu";

}  // namespace

Place::Place(const std::string& parent) : made(parent, "rt3d-processes-") {
  fs::create_directories(folder / "db");
  fs::create_directories(folder / "tmp");
  setenv("TMPDIR", (folder / "tmp").c_str(), 1);
}

void Place::remove_database() const {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
    fs::remove(database().string() + suffix);
}

void Place::require_clean() const {
  for (const auto& entry : fs::directory_iterator(folder / "db")) {
    const std::string name = entry.path().filename().string();
    bool known = false;
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
      known = known || name == cat("tuning.db", suffix);
    require(known, cat("a file is left beside the database: ", name));
  }
  for (const auto& entry : fs::directory_iterator(folder / "tmp"))
    require(false, cat("a temporary file is left: ", entry.path().filename().string()));
}

std::vector<tuner::Row> batch_of(int writer, int batch) {
  std::vector<tuner::Row> rows;
  for (int i = 0; i < kBatchRows; ++i) {
    tuner::Row row;
    row.device = device_of(writer);
    row.problem = cat("Relu 1x", batch, "x", i + 1, " -> 1x", batch, "x", i + 1);
    row.family = kFamily;
    row.version = 1;
    row.schedule = cat("a=", batch);
    row.time_ns = 1000 + i;
    row.default_ns = 2000;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string batch_text(int writer, int batch) { return tuner::rows_text(batch_of(writer, batch)); }

std::vector<int> batches_in(const std::vector<tuner::Row>& rows, int writer) {
  std::vector<int> found;
  for (const tuner::Row& row : rows) {
    if (row.device != device_of(writer)) continue;
    const auto batch = static_cast<std::size_t>(std::stoi(row.schedule.substr(2)));
    if (found.size() <= batch) found.resize(batch + 1);
    ++found[batch];
  }
  return found;
}

}  // namespace rt3d::processes
