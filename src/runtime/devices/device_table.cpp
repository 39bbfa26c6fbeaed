#include "runtime/devices/device_table.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "jit/jit.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"
#ifdef RT3D_OPENCL
#include "kernels/cl/cl.h"
#endif

namespace rt3d::runtime {
namespace {

bool always() { return true; }
std::span<const kernels::KernelFamily* const> no_families() { return {}; }

#ifdef RT3D_OPENCL
std::unique_ptr<kernels::Engine> opencl_engine(const kernels::Target& cpu, ThreadPool& pool) {
  return kernels::cl::make_engine(0, cpu, pool);
}
#endif

constexpr std::array kTable{
    DeviceRow{"cpu", "code generated for this CPU, the reference for the rest", jit::families,
              kernels::copy::families, kernels::ref::family, always},
    DeviceRow{"reference", "the slow, simple reference alone", no_families, no_families, kernels::ref::family,
              always},
#ifdef RT3D_OPENCL
    DeviceRow{"opencl", "a GPU, or another device with a driver for OpenCL", kernels::cl::families,
              kernels::cl::copies, nullptr, kernels::cl::is_available, opencl_engine, "cpu"},
#endif
};

[[noreturn]] void refuse(const std::string& what) {
  std::string known;
  for (const DeviceRow& row : kTable) known += cat(known.empty() ? "" : ", ", "'", row.name, "'");
  fail(Code::invalid_argument, what, "; known are ", known);
}

}  // namespace

std::span<const DeviceRow> device_table() { return kTable; }

const DeviceRow& find_device(std::string_view name) {
  const auto found =
      std::find_if(kTable.begin(), kTable.end(), [&](const DeviceRow& row) { return row.name == name; });
  if (found == kTable.end()) refuse(cat("unknown device '", name, "'"));
  if (!found->available())
    fail(Code::unsupported, "the device '", name, "' is not available on this machine");
  return *found;
}

std::vector<const DeviceRow*> find_devices(std::string_view names) {
  std::vector<const DeviceRow*> found;
  for (std::string_view rest = names;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view name = rest.substr(0, comma);
    if (name.empty()) refuse(cat("the list of devices '", names, "' has an empty name"));
    const DeviceRow* row = &find_device(name);
    if (std::find(found.begin(), found.end(), row) != found.end())
      refuse(cat("the list of devices '", names, "' names '", name, "' twice"));
    found.push_back(row);
    if (comma == std::string_view::npos) return found;
    rest.remove_prefix(comma + 1);
  }
}

bool has_choices(std::span<const DeviceRow* const> rows) {
  return std::any_of(rows.begin(), rows.end(), [](const DeviceRow* row) { return !row->families().empty(); });
}

}  // namespace rt3d::runtime
