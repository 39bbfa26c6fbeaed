#include "cli/phone/facts.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/phone/system_files.h"
#include "rt3d/rt3d.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr const char* kGetprop = "/system/bin/getprop";
constexpr std::array kProperties = {
    "ro.product.manufacturer", "ro.product.model",      "ro.soc.manufacturer",      "ro.soc.model",
    "ro.board.platform",       "ro.hardware",           "ro.build.version.release", "ro.build.version.sdk",
    "ro.build.fingerprint",    "ro.product.cpu.abilist"};

// The kit's names are constants: nothing here comes from outside into the shell's line.
std::string property(const std::string& name) {
  FILE* pipe = popen((std::string(kGetprop) + " " + name).c_str(), "r");
  if (pipe == nullptr) return "";
  std::array<char, 512> text{};
  const bool read = std::fgets(text.data(), text.size(), pipe) != nullptr;
  pclose(pipe);
  const std::string line = read ? text.data() : "";
  return line.substr(0, line.find('\n'));
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

json phone_facts(const std::filesystem::path& root) {
  json facts = {{"device", rt3d_device_text()},
                {"memory_bytes", meminfo(root, "MemTotal")},
                {"available_bytes", meminfo(root, "MemAvailable")},
                {"cpuinfo", text_of(root / "proc/cpuinfo")}};
  utsname names;
  if (uname(&names) == 0)
    facts["kernel"] = std::string(names.sysname) + " " + names.release + " " + names.machine;
  json properties = json::object();
  if (access(kGetprop, X_OK) == 0)
    for (const char* name : kProperties)
      if (const std::string value = property(name); !value.empty()) properties[name] = value;
  facts["properties"] = properties;
  return facts;
}

std::int64_t available_memory(const std::filesystem::path& root) {
  const std::int64_t bytes = meminfo(root, "MemAvailable");
  return bytes > 0 ? bytes : std::numeric_limits<std::int64_t>::max();
}

}  // namespace rt3d::cli
