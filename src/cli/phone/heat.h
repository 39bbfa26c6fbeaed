// How hot the phone is and how fast its cores are clocked.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rt3d::cli {

// The thermal zones and clocks below `root`/sys that can be read; found once, read often.
class Thermometer {
 public:
  explicit Thermometer(const std::filesystem::path& root);
  // {"zones": ["cpu-0-0", …], "clocks": ["cpu0", …]}: what the columns of a reading are.
  nlohmann::json columns() const;
  // {"celsius": [41.2, …], "mhz": [2419.2, …]}; null where one could not be read this time.
  nlohmann::json read() const;

 private:
  struct Source {
    std::string name;
    std::filesystem::path file;
  };
  std::vector<Source> zones_, clocks_;
};

}  // namespace rt3d::cli
