#include "cli/phone/step_store.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/parts/output_file.h"
#include "cli/phone/system_files.h"

namespace rt3d::cli {

StepStore::StepStore(std::filesystem::path folder, const std::string& identity) : folder_(std::move(folder)) {
  const std::filesystem::path known = folder_ / "identity";
  if (line_of(known) == identity) return;
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directories(folder_);
  write_text(known, identity + "\n");
}

std::filesystem::path StepStore::file(const std::string& id, const char* ending) const {
  return folder_ / (id + ending);
}

std::optional<nlohmann::json> StepStore::find(const std::string& id) const {
  std::ifstream in(file(id, ".json"));
  nlohmann::json record = nlohmann::json::parse(in, nullptr, false);
  if (!record.is_object()) return {};
  return record;
}

void StepStore::keep(const std::string& id, const nlohmann::json& record) const {
  write_text(file(id, ".json"), record.dump());
  give_up(id);
}

int StepStore::deaths(const std::string& id) const {
  return static_cast<int>(text_of(file(id, ".begun")).size());
}

void StepStore::begin(const std::string& id) const {
  std::ofstream(file(id, ".begun"), std::ios::app) << '.';
}

void StepStore::give_up(const std::string& id) const {
  std::error_code ignored;
  std::filesystem::remove(file(id, ".begun"), ignored);
}

}  // namespace rt3d::cli
