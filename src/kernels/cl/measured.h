// What a device was measured to do: estimates stand on it until schedules are timed.
#pragma once

#include <optional>
#include <string>

#include "kernels/cl/engine.h"

namespace rt3d::kernels::cl {

struct Measured {
  double multiply_adds_per_ns = 0;  // of floats
  double bytes_per_ns = 0;          // read and written, of a tensor larger than caches
  double launch_ns = 0;             // of a kernel that does next to nothing, others before and after it
};

// What this process knows by now of devices, by fingerprint.
std::optional<Measured> known_measured(const std::string& fingerprint);
void remember(const std::string& fingerprint, const Measured& measured);
void apply(const Measured& measured, Accelerator& description);

// Takes some 100 ms and the driver's time to compile. Throws what the device refuses.
Measured measure(ClEngine& engine);
// Multiply-adds per nanosecond alone, more patiently: what times are compared with.
double measure_peak(ClEngine& engine);

}  // namespace rt3d::kernels::cl
