// Which cores a step runs on: a phone's clusters, and what an app would take of them.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace rt3d::cli {

struct CoreSet {
  std::string
      name;  // "fast": all but the slowest cluster; "all"; "little", "middle", "big", "prime": one cluster
  std::vector<int> cpus;  // ascending
};

// The sets of the processors in `usable`, the one that counts most first: "fast" where there are several clusters of which others
// than the slowest have two cores at least, "all", then the clusters, slowest first. No two sets are alike. Clusters are cores of one
// cpu_capacity, else of one highest clock, below `root`/sys/devices/system/cpu; where nothing is known there is one.
std::vector<CoreSet> core_sets(const std::filesystem::path& root, const std::vector<int>& usable);

std::vector<int> usable_cpus();  // of this process

nlohmann::json json_of(const CoreSet& set);

}  // namespace rt3d::cli
