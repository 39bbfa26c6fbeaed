// The table of devices: what a session's option `device` may name, and the kernel families that each brings.
#pragma once

#include <memory>
#include <span>
#include <string_view>

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
  bool (*available)();                         // on this machine
  // Of a device with memory of its own; nullptr: its families run on this CPU. `cpu` says accuracy and the host's threads.
  std::unique_ptr<kernels::Engine> (*make_engine)(const kernels::Target& cpu, ThreadPool& pool) = nullptr;
  // The row whose families take what this one's do not, where no other of the list computes on this CPU; "": none.
  std::string_view behind = {};
};

std::span<const DeviceRow> device_table();

// Throws invalid_argument naming the known devices, or unsupported when it is not available here.
const DeviceRow& find_device(std::string_view name);
// Of a list with commas between the names, in its order. Throws also for an empty name and for one that stands twice.
std::vector<const DeviceRow*> find_devices(std::string_view names);
// Whether one of them has families to choose among: what is measured of these is worth keeping.
bool has_choices(std::span<const DeviceRow* const> rows);

}  // namespace rt3d::runtime
