// What all plans of a session have in common: threads, devices, and, where there may be more than one plan, the database and what they share
// of kernels and packed weights.
#pragma once

#include <memory>
#include <string>

#include "runtime/devices/devices.h"
#include "runtime/planning/kernel_stock.h"
#include "runtime/session.h"

namespace rt3d::runtime {

struct Platform {
  // Throws what Session's constructor does about options.
  explicit Platform(const SessionOptions& options);

  kernels::Target target;
  ThreadPool pool;
  Devices devices;
  std::string device_text;
  // Both nullptr in a session that has one plan for ever.
  std::unique_ptr<tuner::TuningDb> db;
  std::shared_ptr<KernelStock> stock;
};

}  // namespace rt3d::runtime
