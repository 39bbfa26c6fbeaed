#include "api/homes.h"

#include <memory>

#include "runtime/auto_device.h"
#include "runtime/devices/device_table.h"

namespace rt3d::api {
namespace {

std::vector<tuner::Home> list_homes(bool accelerators) {
  std::vector<tuner::Home> all;
  const kernels::Target cpu{this_device(), this_device().cores, kernels::Accuracy::half};
  for (const runtime::DeviceRow& row : runtime::device_table()) {
    if (row.families().empty()) continue;
    if (row.list == nullptr) {
      all.push_back({cpu, row.families()});
    } else if (accelerators) {
      std::string why;
      for (Accelerator& accelerator : row.list(why)) {
        kernels::Target target = cpu;
        target.threads = 1;  // as engines with a queue have it
        target.device.isa = Isa::none;
        target.device.accelerator = std::make_shared<const Accelerator>(std::move(accelerator));
        all.push_back({std::move(target), row.families()});
      }
    }
  }
  return all;
}

}  // namespace

const std::vector<tuner::Home>& homes(bool accelerators) {
  if (!accelerators) {
    static const std::vector<tuner::Home> cpu = list_homes(false);
    return cpu;
  }
  static const std::vector<tuner::Home> all = list_homes(true);
  return all;
}

tuner::Fit fit_here(const tuner::Row& row) {
  if (row.family == runtime::kWholeModelFamily) {  // no kernel family, and of no use to relatives
    if (row.device != this_device().fingerprint()) return tuner::Fit::other_device;
    return row.version == runtime::kWholeModelVersion ? tuner::Fit::here : tuner::Fit::other_version;
  }
  return tuner::fit_of(row, homes(row.device.starts_with("opencl/")));
}

}  // namespace rt3d::api
