// rt3d devices: what --device may name on this machine, and what was measured of it.
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands/commands.h"
#include "cli/parts/failure.h"
#include "cli/parts/json_output.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

struct DevicesOptions {
  bool as_json = false;
  bool measure = false;
};

void declare(CLI::App& app, DevicesOptions& options) {
  app.add_flag("--measure", options.measure,
               "Measure what accelerators can do: half a second each, and their drivers' time to compile");
  app.add_flag("--json", options.as_json, "Print JSON");
}

std::vector<rt3d_device_info> all_devices(bool measured) {
  std::vector<rt3d_device_info> devices;
  for (std::int32_t i = 0; i < rt3d_device_count(); ++i) {
    rt3d_device_info info = RT3D_DEVICE_INFO_INIT;
    check(rt3d_device(&info, i), "cannot describe a device");
    if (measured && info.available != 0) {
      check(rt3d_measure_device(info.name), cat("cannot measure ", info.name));
      check(rt3d_device(&info, i), "cannot describe a device");
    }
    devices.push_back(info);
  }
  return devices;
}

// Lines of at most so many columns, broken at spaces; a longer word is cut.
std::vector<std::string> wrapped(const std::string& text, std::size_t columns) {
  std::vector<std::string> lines;
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = first_columns(rest, columns);
    if (const std::size_t space = line.rfind(' ');
        line.size() < rest.size() && rest[line.size()] != ' ' && space != std::string_view::npos && space > 0)
      line = line.substr(0, space);
    lines.emplace_back(line);
    rest.remove_prefix(line.size());
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  }
  return lines;
}

// null: not measured.
json rate_json(double value) { return value > 0 ? json(value) : json(); }

json json_of(const rt3d_device_info& device) {
  return {{"name", device.name},
          {"text", device.text},
          {"meaning", device.meaning},
          {"available", device.available != 0},
          {"why_not", device.why_not},
          {"multiply_adds_per_ns", rate_json(device.multiply_adds_per_ns)},
          {"bytes_per_ns", rate_json(device.bytes_per_ns)},
          {"launch_ns", rate_json(device.launch_ns)}};
}

std::string measured(double value, const std::string& text) { return value > 0 ? text : "-"; }

void print_table(const std::vector<rt3d_device_info>& devices) {
  constexpr std::size_t kTextColumns = 38;  // the table's 80 without the names and the rates
  Table table("llrrr");
  table.add({"device", "what it is", "GFLOP/s", "GB/s", "launch"});
  bool any = false;
  for (const rt3d_device_info& device : devices) {
    if (device.available == 0) continue;
    table.rule();
    any = any || device.multiply_adds_per_ns > 0;
    std::vector<std::string> lines = wrapped(printable(device.text), kTextColumns);
    for (std::string& line : wrapped(printable(device.meaning), kTextColumns))
      lines.push_back(std::move(line));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) {
        table.add({"", lines[i]});
        continue;
      }
      table.add({device.name, lines[i],
                 measured(device.multiply_adds_per_ns, fixed(2 * device.multiply_adds_per_ns, 0)),
                 measured(device.bytes_per_ns, fixed(device.bytes_per_ns, 1)),
                 measured(device.launch_ns, duration(device.launch_ns))});
    }
  }
  std::printf("%s", table.text().c_str());
  if (!any) std::printf("\n-: not measured (--measure)\n");
}

void run(const DevicesOptions& options) {
  const std::vector<rt3d_device_info> devices = all_devices(options.measure);
  if (options.as_json) {
    json list = json::array();
    for (const rt3d_device_info& device : devices) list.push_back(json_of(device));
    return print_json({{"devices", list}});
  }
  print_table(devices);
  for (const rt3d_device_info& device : devices)
    if (device.available == 0) std::printf("\nno %s: %s\n", device.name, printable(device.why_not).c_str());
}

}  // namespace

Runner devices_command(CLI::App& app) { return bind<DevicesOptions>(app, declare, run); }

}  // namespace rt3d::cli
