#include "runtime/devices/device_table.h"

#include <array>

#include "base/error.h"
#include "jit/jit.h"
#include "kernels/copy/copy.h"
#include "kernels/ref/ref.h"

namespace rt3d::runtime {
namespace {

bool always() { return true; }
std::span<const kernels::KernelFamily* const> no_families() { return {}; }

constexpr std::array kTable{
    DeviceRow{"cpu", "code generated for this CPU, the reference for the rest", jit::families,
              kernels::copy::families, kernels::ref::family, always},
    DeviceRow{"reference", "the slow, simple reference alone", no_families, no_families, kernels::ref::family,
              always},
};

}  // namespace

std::span<const DeviceRow> device_table() { return kTable; }

const DeviceRow& find_device(std::string_view name) {
  std::string known;
  for (const DeviceRow& row : kTable) {
    if (row.name == name) {
      if (!row.available())
        fail(Code::unsupported, "the device '", name, "' is not available on this machine");
      return row;
    }
    known += cat(known.empty() ? "" : ", ", "'", row.name, "'");
  }
  fail(Code::invalid_argument, "unknown device '", name, "'; known are ", known);
}

}  // namespace rt3d::runtime
