#include "cli/phone/facts.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/phone/child.h"
#include "cli/phone/system_files.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr std::array kProperties = {
    "ro.product.manufacturer", "ro.product.model",      "ro.soc.manufacturer",      "ro.soc.model",
    "ro.board.platform",       "ro.hardware",           "ro.build.version.release", "ro.build.version.sdk",
    "ro.build.fingerprint",    "ro.product.cpu.abilist"};

std::string property(const std::string& getprop, const std::string& name,
                     const std::filesystem::path& folder) {
  const std::string out = run_child({getprop, name}, {.folder = folder, .cpus = {}, .most_seconds = 10}).out;
  return out.substr(0, out.find('\n'));
}

std::int64_t meminfo(const std::filesystem::path& root, const std::string& key) {
  std::istringstream in(text_of(root / "proc/meminfo"));
  for (std::string line; std::getline(in, line);) {
    std::int64_t kib = 0;
    if (line.starts_with(key + ":") && std::istringstream(line.substr(key.size() + 1)) >> kib)
      return kib << 10;
  }
  return 0;
}

}  // namespace

json phone_facts(const std::filesystem::path& root, const std::filesystem::path& folder) {
  json facts = {{"device", rt3d_device_text()},
                {"memory_bytes", meminfo(root, "MemTotal")},
                {"available_bytes", meminfo(root, "MemAvailable")},
                {"cpuinfo", text_of(root / "proc/cpuinfo")}};
  utsname names;
  if (uname(&names) == 0)
    facts["kernel"] = std::string(names.sysname) + " " + names.release + " " + names.machine;
  json properties = json::object();
  const std::string getprop = (root / "system/bin/getprop").string();
  if (access(getprop.c_str(), X_OK) == 0)
    for (const char* name : kProperties)
      if (const std::string value = property(getprop, name, folder); !value.empty()) properties[name] = value;
  facts["properties"] = properties;
  return facts;
}

std::int64_t available_memory(const std::filesystem::path& root) {
  const std::int64_t bytes = meminfo(root, "MemAvailable");
  return bytes > 0 ? bytes : std::numeric_limits<std::int64_t>::max();
}

}  // namespace rt3d::cli
