#include "runtime/machine_peak.h"

#include "base/error.h"
#include "jit/jit.h"

namespace rt3d::runtime {

double machine_peak_gflops(int threads) {
  if (threads < 0)
    fail(Code::invalid_argument, "threads must be at least 1, or 0 for all cores, not ", threads);
  const Device& device = this_device();
  if (device.isa == Isa::none)
    fail(Code::unsupported, "no code is generated for this CPU, so its peak is unknown");
  ThreadPool pool(threads == 0 ? usable_cores() : threads);
  return jit::measure_peak_gflops(device, pool);
}

}  // namespace rt3d::runtime
