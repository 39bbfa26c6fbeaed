#include "runtime/devices/device_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/error.h"
#include "jit/jit.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"
#ifdef RT3D_OPENCL
#include "kernels/cl/cl.h"
#endif

namespace rt3d::runtime {
namespace {

std::span<const kernels::KernelFamily* const> no_families() { return {}; }

#ifdef RT3D_OPENCL
constexpr auto* opencl_families = kernels::cl::families;
constexpr auto* opencl_copies = kernels::cl::copies;
constexpr auto* opencl_engine = kernels::cl::make_engine;
constexpr auto* opencl_list = kernels::cl::describe_devices;
#else
constexpr auto* opencl_families = no_families;
constexpr auto* opencl_copies = no_families;
std::unique_ptr<kernels::Engine> opencl_engine(int, const kernels::Target&, ThreadPool&) { return nullptr; }
std::vector<Accelerator> opencl_list(std::string& why) {
  why = "this build of RT3D has no OpenCL backend";
  return {};
}
#endif

constexpr std::array kTable{
    DeviceRow{"cpu", "code generated for this CPU, the reference for the rest", jit::families,
              kernels::copy::families, kernels::ref::family},
    DeviceRow{"reference", "the slow, simple reference alone", no_families, no_families,
              kernels::ref::family},
    DeviceRow{"opencl", "a GPU, or another device with a driver for OpenCL", opencl_families, opencl_copies,
              nullptr, opencl_engine, "cpu", opencl_list},
};

[[noreturn]] void refuse(const std::string& what) {
  std::string known;
  for (const DeviceRow& row : kTable) known += cat(known.empty() ? "" : ", ", "'", row.name, "'");
  fail(Code::invalid_argument, what, "; known are ", known, ", and '", kAutoDevice, "' alone or as '",
       kAutoDevice, ",opencl:N'");
}

const DeviceRow* row_of(std::string_view name) {
  const auto found =
      std::find_if(kTable.begin(), kTable.end(), [&](const DeviceRow& row) { return row.name == name; });
  return found == kTable.end() ? nullptr : &*found;
}

// Throws unsupported where this machine does not have it.
void require_there(const NamedDevice& device) {
  std::string why;
  const std::vector<Accelerator> there = device.row->list(why);
  if (there.empty()) fail(Code::unsupported, "there is no device '", device.name(), "': ", why);
  if (static_cast<std::size_t>(device.number) < there.size()) return;
  std::string known;
  for (std::size_t i = 0; i < there.size(); ++i)
    known += cat(i == 0 ? "" : ", ", "'", device.row->name, ":", i, "' is ", there[i].name);
  fail(Code::unsupported, "there is no device '", device.name(), "'; ", known);
}

// "opencl:1" or a name alone.
NamedDevice parse_device(std::string_view text) {
  const std::size_t colon = text.find(':');
  const DeviceRow* row = row_of(text.substr(0, colon));
  if (row == nullptr) refuse(cat("unknown device '", text, "'"));
  if (colon == std::string_view::npos) return {row};
  if (row->list == nullptr) refuse(cat("the device '", text, "': '", row->name, "' takes no number"));
  const std::string_view digits = text.substr(colon + 1);
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0)
    refuse(cat("the device '", text, "': '", digits, "' is no number of a device"));
  return {row, number};
}

}  // namespace

std::string NamedDevice::name() const {
  return row->list == nullptr ? std::string(row->name) : cat(row->name, ":", number);
}

std::span<const DeviceRow> device_table() { return kTable; }

const DeviceRow& find_device(std::string_view name) {
  const DeviceRow* row = row_of(name);
  if (row == nullptr) refuse(cat("unknown device '", name, "'"));
  return *row;
}

std::vector<NamedDevice> find_devices(std::string_view names) {
  std::vector<NamedDevice> found;
  for (std::string_view rest = names;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    if (name.empty()) refuse(cat("the list of devices '", names, "' has an empty name"));
    const NamedDevice device = parse_device(name);
    if (std::find(found.begin(), found.end(), device) != found.end())
      refuse(cat("the list of devices '", names, "' names '", name, "' twice"));
    found.push_back(device);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  for (const NamedDevice& device : found)
    if (device.row->list != nullptr) require_there(device);
  return found;
}

bool has_choices(std::span<const NamedDevice> devices) {
  return std::any_of(devices.begin(), devices.end(),
                     [](const NamedDevice& device) { return !device.row->families().empty(); });
}

}  // namespace rt3d::runtime
