// What a user may choose from: every device that the table names, as this machine has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/accelerator.h"

namespace rt3d::runtime {

struct ListedDevice {
  // As the option `device` takes it: "cpu", "opencl:0"; "opencl" where this machine has none.
  std::string name;
  std::string_view meaning;  // of its row
  std::string text;      // what it is, for people: "AMD EPYC, avx512, 2 cores, …"; "" where there is none
  std::string why_not;   // it cannot be chosen; "" when it can
  Accelerator measured;  // its rates, where they were measured
};

// In the order of the table; of a row of several devices one for each, or one that says why there is none. Fails for no device.
std::vector<ListedDevice> list_devices();

// Measures what the device with that name can do, where that is of use; list_devices() tells it from then on. Throws what find_devices() does
// and what the device refuses.
void measure_device(std::string_view name);

}  // namespace rt3d::runtime
