#include "cli/phone/heat.h"

#include <nlohmann/json.hpp>

#include "cli/phone/system_files.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

constexpr double kThousand = 1000;  // zones count in thousandths of a degree, clocks in kHz

template <typename Sources>
json values(const Sources& sources) {
  json result = json::array();
  for (const auto& source : sources) {
    const auto number = number_of(source.file);
    result.push_back(number ? json(static_cast<double>(*number) / kThousand) : json(nullptr));
  }
  return result;
}

template <typename Sources>
json names(const Sources& sources) {
  json result = json::array();
  for (const auto& source : sources) result.push_back(source.name);
  return result;
}

}  // namespace

Thermometer::Thermometer(const std::filesystem::path& root) {
  for (const std::filesystem::path& zone : numbered(root / "sys/class/thermal", "thermal_zone"))
    if (number_of(zone / "temp")) zones_.push_back({line_of(zone / "type"), zone / "temp"});
  for (const std::filesystem::path& cpu : numbered(root / "sys/devices/system/cpu", "cpu"))
    if (number_of(cpu / "cpufreq/scaling_cur_freq"))
      clocks_.push_back({cpu.filename().string(), cpu / "cpufreq/scaling_cur_freq"});
}

json Thermometer::columns() const { return {{"zones", names(zones_)}, {"clocks", names(clocks_)}}; }

json Thermometer::read() const { return {{"celsius", values(zones_)}, {"mhz", values(clocks_)}}; }

}  // namespace rt3d::cli
