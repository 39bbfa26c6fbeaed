#include "runtime/platform.h"

#include "base/error.h"

namespace rt3d::runtime {
namespace {

constexpr int kMaxThreads = 1024;

kernels::Target target_of(const SessionOptions& options) {
  if (options.threads < 0 || options.threads > kMaxThreads)
    fail(Code::invalid_argument, "threads must be 1 to ", kMaxThreads, ", or 0 for all cores, not ",
         options.threads);
  if (options.tuning.limit_ms < -1)
    fail(Code::invalid_argument, "the tuning limit must be at least 0 ms, or -1 for the default, not ",
         options.tuning.limit_ms);
  if (options.weight_limit < 0)
    fail(Code::invalid_argument, "the limit of packed weights must be positive, or 0 for the default, not ",
         options.weight_limit, " bytes");
  kernels::Target target;
  target.accuracy = options.accuracy;
  target.device = options.isa ? device_with(*options.isa) : this_device();
  target.threads = options.threads ? options.threads : usable_cores();
  return target;
}

}  // namespace

Platform::Platform(const SessionOptions& options)
    : target(target_of(options)),
      pool(target.threads),
      devices(options.device, target, pool),
      device_text(devices.text()) {
  std::filesystem::path programs = options.database;
  if (!programs.empty()) programs += ".programs";
  for (const Devices::Member& m : devices.members()) m.engine->keep_code_in(programs);
  if (!options.plan_can_change()) return;
  db = std::make_unique<tuner::TuningDb>(options.database, true, options.seeds);
  stock = std::make_shared<KernelStock>();
}

}  // namespace rt3d::runtime
