// The OpenCL devices of this machine, as their drivers describe them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/accelerator.h"
#include "kernels/cl/loader.h"

namespace rt3d::kernels::cl {

struct ClDevice {
  const Api* api = nullptr;
  cl_platform_id platform = nullptr;
  cl_device_id id = nullptr;
  Accelerator description;
};

// All devices of all platforms that the library lists, in its order, GPUs before others; empty where there is no library, no driver or
// no device: `why` then says so. Those that cannot compile are left out.
std::vector<ClDevice> list_devices(std::string* why = nullptr);

// The device with that number in the list; throws unsupported where there is none, saying what there is.
ClDevice device_number(int number);

}  // namespace rt3d::kernels::cl
