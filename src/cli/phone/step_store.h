// What a measurement has finished, in files, so that it goes on where it was killed.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace rt3d::cli {

class StepStore {
 public:
  // In `folder`; what lies there of another program or another `identity` is removed.
  StepStore(std::filesystem::path folder, const std::string& identity);

  std::optional<nlohmann::json> find(const std::string& id) const;
  void keep(const std::string& id, const nlohmann::json& record) const;

  // How often the step was begun and neither kept nor given up: the whole kit ended while it ran.
  int deaths(const std::string& id) const;
  void begin(const std::string& id) const;
  void give_up(const std::string& id) const;  // an error that may go away: the next measurement tries again

 private:
  std::filesystem::path file(const std::string& id, const char* ending) const;
  std::filesystem::path folder_;
};

}  // namespace rt3d::cli
