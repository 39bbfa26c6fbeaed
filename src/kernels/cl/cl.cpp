#include "kernels/cl/cl.h"

#include <array>
#include <utility>

#include "kernels/cl/device.h"
#include "kernels/cl/engine.h"
#include "kernels/cl/families.h"
#include "kernels/cl/measured.h"

namespace rt3d::kernels::cl {

std::span<const KernelFamily* const> families() {
#define RT3D_CL_ROW(name) &name(),
  static const std::array all{RT3D_CL_FAMILIES(RT3D_CL_ROW)};
#undef RT3D_CL_ROW
  return all;
}

std::span<const KernelFamily* const> copies() {
  static const std::array<const KernelFamily*, 1> all{&copy()};
  return all;
}

std::vector<Accelerator> describe_devices(std::string& why) {
  std::vector<Accelerator> descriptions;
  for (ClDevice& device : list_devices(&why)) {
    if (const auto known = known_measured(device.description.fingerprint()))
      apply(*known, device.description);
    descriptions.push_back(std::move(device.description));
  }
  return descriptions;
}

std::unique_ptr<Engine> make_engine(int number, const Target& cpu, ThreadPool& pool) {
  return std::make_unique<ClEngine>(device_number(number), cpu, pool);
}

}  // namespace rt3d::kernels::cl
