// The table of devices: what a session's option `device` may name, and the kernel families that each brings.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/accelerator.h"
#include "kernels/engine.h"

namespace rt3d::runtime {

struct DeviceRow {
  std::string_view name;
  std::string_view meaning;
  // Preferred families in the order in which equals are preferred, and those of copies between layouts; the fallback takes what
  // none of them supports.
  std::span<const kernels::KernelFamily* const> (*families)();
  std::span<const kernels::KernelFamily* const> (*copies)();
  const kernels::KernelFamily& (*fallback)();  // nullptr: none
  // Of a device with memory of its own; nullptr: its families run on this CPU. `number`: of list()'s; `cpu` says accuracy and the host's
  // threads.
  std::unique_ptr<kernels::Engine> (*make_engine)(int number, const kernels::Target& cpu,
                                                  ThreadPool& pool) = nullptr;
  // The row whose families take what this one's do not, where no other of the list computes on this CPU; "": none.
  std::string_view behind = {};
  // Of which a machine may have several, or none: what this one has, by number; `why` says why that is nothing. nullptr: there is one,
  // always, and it takes no number.
  std::vector<Accelerator> (*list)(std::string& why) = nullptr;
};

// One that a session names: a row, and which of the row's devices.
struct NamedDevice {
  NamedDevice(const DeviceRow* of, int which = 0)
      : row(of), number(which) {}  // implicit: most rows have no numbers

  const DeviceRow* row;
  int number;

  std::string name() const;  // "cpu", "opencl:0"
  bool operator==(const NamedDevice&) const = default;
};

std::span<const DeviceRow> device_table();
// Stands for one of the others, which the session chooses (runtime/auto_device.h): alone, or before the accelerator that it may choose.
inline constexpr std::string_view kAutoDevice = "auto";
inline bool is_auto(std::string_view names) { return names.substr(0, names.find(',')) == kAutoDevice; }

// By its name, without a number; throws invalid_argument naming the known devices.
const DeviceRow& find_device(std::string_view name);
// Of a list with commas between the names, in its order; a number may stand behind a name of several devices ("opencl:1"), without one
// it is the first. Throws invalid_argument, for an empty name and one that stands twice, too; unsupported for a device that this
// machine does not have, saying why, and which it has.
std::vector<NamedDevice> find_devices(std::string_view names);
// Whether one of them has families to choose among: what is measured of these is worth keeping.
bool has_choices(std::span<const NamedDevice> devices);

}  // namespace rt3d::runtime
