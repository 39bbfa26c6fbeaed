#include "base/memory_size.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

#include "base/env.h"

namespace rt3d {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

// "max", and the number of pages that version 1 has for it, are larger than any machine.
std::int64_t limit_in(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::int64_t bytes = 0;
  return in >> bytes && bytes > 0 ? bytes : kNoLimit;
}

// The file in the group's folder and in those around it.
std::int64_t least_limit(const std::filesystem::path& root, std::filesystem::path group, const char* file) {
  std::int64_t least = limit_in(root / file);
  for (group = group.relative_path(); !group.empty(); group = group.parent_path())
    least = std::min(least, limit_in(root / group / file));
  return least;
}

}  // namespace

std::int64_t group_memory_limit(const std::filesystem::path& root, const std::filesystem::path& groups) {
  std::int64_t least = kNoLimit;
  std::ifstream in(groups);
  for (std::string line; std::getline(in, line);) {  // "0::/app", "9:memory:/app"
    const std::size_t names = line.find(':'), path = line.find(':', names + 1);
    if (names == std::string::npos || path == std::string::npos) continue;
    const std::string controllers = "," + line.substr(names + 1, path - names - 1) + ",";
    const std::string group = line.substr(path + 1);
    if (controllers == ",,")
      least = std::min(least, least_limit(root, group, "memory.max"));
    else if (controllers.find(",memory,") != std::string::npos)
      least = std::min(least, least_limit(root / "memory", group, "memory.limit_in_bytes"));
  }
  return least == kNoLimit ? 0 : least;
}

std::int64_t memory_size() {
  if (const int mib = env_number(EnvSwitch::memory, 0)) return std::int64_t{mib} << 20;
  const auto pages = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)),
             page = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  const std::int64_t machine = pages > 0 && page > 0 ? pages * page : 0;
  const std::int64_t group = group_memory_limit("/sys/fs/cgroup", "/proc/self/cgroup");
  return group > 0 && (machine == 0 || group < machine) ? group : machine;
}

}  // namespace rt3d
