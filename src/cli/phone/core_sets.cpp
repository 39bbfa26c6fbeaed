#include "cli/phone/core_sets.h"

#include <sched.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/phone/system_files.h"

namespace rt3d::cli {
namespace {

// How fast a core is, in whatever unit; 0: nothing is known.
std::int64_t speed_of(const std::filesystem::path& cpu) {
  if (const auto capacity = number_of(cpu / "cpu_capacity")) return *capacity;
  return number_of(cpu / "cpufreq/cpuinfo_max_freq").value_or(0);
}

// By speed, slowest first.
std::vector<std::vector<int>> clusters(const std::filesystem::path& root, const std::vector<int>& usable) {
  std::map<std::int64_t, std::vector<int>> by_speed;
  for (const int cpu : usable)
    by_speed[speed_of(root / "sys/devices/system/cpu" / ("cpu" + std::to_string(cpu)))].push_back(cpu);
  std::vector<std::vector<int>> sorted;
  sorted.reserve(by_speed.size());
  for (auto& [speed, cpus] : by_speed) sorted.push_back(std::move(cpus));
  return sorted;
}

std::string cluster_name(std::size_t index, std::size_t count) {
  constexpr const char* kTwo[] = {"little", "big"};
  constexpr const char* kThree[] = {"little", "middle", "prime"};
  if (count == 2) return kTwo[index];
  if (count == 3) return kThree[index];
  return "cluster" + std::to_string(index);
}

}  // namespace

std::vector<CoreSet> core_sets(const std::filesystem::path& root, const std::vector<int>& usable) {
  const std::vector<std::vector<int>> parts = clusters(root, usable);
  std::vector<CoreSet> sets;
  const auto add = [&](const std::string& name, std::vector<int> cpus) {
    std::ranges::sort(cpus);
    const auto alike = [&](const CoreSet& set) { return set.cpus == cpus; };
    if (!cpus.empty() && std::ranges::none_of(sets, alike)) sets.push_back({name, std::move(cpus)});
  };
  std::vector<int> fast;
  for (std::size_t i = 1; i < parts.size(); ++i) fast.insert(fast.end(), parts[i].begin(), parts[i].end());
  if (fast.size() >= 2) add("fast", fast);
  add("all", usable);
  for (std::size_t i = 0; i < parts.size(); ++i) add(cluster_name(i, parts.size()), parts[i]);
  return sets;
}

std::vector<int> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus.empty() ? std::vector<int>{0} : cpus;
}

nlohmann::json json_of(const CoreSet& set) { return {{"name", set.name}, {"cpus", set.cpus}}; }

}  // namespace rt3d::cli
