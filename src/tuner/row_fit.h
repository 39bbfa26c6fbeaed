// What rows from elsewhere are good for on this machine, and why others are not.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "kernels/family.h"
#include "tuner/tuning_db.h"

namespace rt3d::tuner {

// In the order in which a row is looked at, but for the first two.
enum class Fit : std::uint8_t {
  here,              // of a device of this machine: counts as measured, with as many threads
  relative,          // of a relative of one (seeds.h): stands in for the estimate
  other_device,      // of no use, as all that follow
  unknown_family,    // that this build does not have
  other_version,     // of the family
  illegal_schedule,  // here
  other_threads,     // of this very device, with more threads than it has cores: orders the search, no more
};
inline constexpr std::size_t kFits = 7;
using FitCounts = std::array<std::int64_t, kFits>;

// A device of this machine; target.threads are the most that rows of it may have.
struct Home {
  kernels::Target target;
  std::span<const kernels::KernelFamily* const> families;
};

// Judged by the home that is closest to the row's device.
Fit fit_of(const Row& row, std::span<const Home> homes);

// Whether the family computes the row's problem, and the schedule is legal for it there. At the row's number of threads, and whatever accuracy
// it was measured for.
bool legal_on(const Row& row, const kernels::KernelFamily& family, kernels::Target target);

}  // namespace rt3d::tuner
