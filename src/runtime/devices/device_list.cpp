#include "runtime/devices/device_list.h"

#include "base/device.h"
#include "runtime/devices/device_table.h"

namespace rt3d::runtime {

std::vector<ListedDevice> list_devices() {
  std::vector<ListedDevice> listed;
  for (const DeviceRow& row : device_table()) {
    if (row.list == nullptr) {
      listed.push_back({std::string(row.name), row.meaning, this_device().text(), {}, {}});
      continue;
    }
    std::string why;
    const std::vector<Accelerator> there = row.list(why);
    for (std::size_t i = 0; i < there.size(); ++i)
      listed.push_back(
          {NamedDevice(&row, static_cast<int>(i)).name(), row.meaning, there[i].text(), {}, there[i]});
    if (there.empty()) listed.push_back({std::string(row.name), row.meaning, {}, std::move(why), {}});
  }
  return listed;
}

void measure_device(std::string_view name) {
  const NamedDevice device = find_devices(name).front();
  if (device.row->make_engine == nullptr) return;
  ThreadPool pool(1);
  const kernels::Target cpu{this_device()};
  device.row->make_engine(device.number, cpu, pool)->keep_code_in({});
}

}  // namespace rt3d::runtime
