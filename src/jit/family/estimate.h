// The pieces of analytic estimates that families share: memory levels, threads, nominal clock. Estimates
// order candidates; only their ratios matter.
#pragma once

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "kernels/family.h"

namespace rt3d::jit {

inline constexpr double kNominalGhz = 3.0;
inline constexpr double kLine = 64;  // bytes
// Cycles for a line from beyond L2, read in order, with nothing to do meanwhile.
inline constexpr double kStreamedLine = 15;

inline double as_double(std::int64_t value) { return static_cast<double>(value); }

// Cycles to stream `bytes` that belong to a working set of `set` bytes.
inline double fetch_cycles(const Device& device, double bytes, double set) {
  const double last = static_cast<double>(std::max(device.l3_bytes, device.l2_bytes));
  const double bytes_per_cycle = set <= 0.75 * static_cast<double>(device.l1d_bytes)  ? 64
                                 : set <= 0.75 * static_cast<double>(device.l2_bytes) ? 32
                                 : set <= 0.5 * last                                  ? 16
                                                                                      : 8;
  return bytes / bytes_per_cycle;
}

// Cycles of what is done alone, and of multiplying what is fetched from beyond L1 meanwhile: these overlap, but not perfectly.
inline double overlapping_cycles(double alone, double multiply, double fetch) {
  return alone + std::max(multiply, fetch) + 0.25 * std::min(multiply, fetch);
}

// Time of `cycles` of work in `tasks` equal tasks drawn by the target's threads.
inline double parallel_ns(double cycles, double tasks, const kernels::Target& target) {
  const double rounds = std::ceil(std::max(tasks, 1.0) / target.threads);
  const double start = target.threads > 1 ? 2000 : 0;
  return cycles / std::max(tasks, 1.0) * rounds / kNominalGhz + start;
}

// Divides `whole` into pieces of about `piece`, evenly.
inline int even(std::int64_t whole, std::int64_t piece) {
  piece = std::clamp<std::int64_t>(piece, 1, whole);
  const std::int64_t parts = (whole + piece - 1) / piece;
  return static_cast<int>((whole + parts - 1) / parts);
}

// The whole, its half, that one's half … 1, rounded up.
inline std::set<int> halves(std::int64_t whole) {
  std::set<int> parts;
  for (std::int64_t piece = whole; piece > 1; piece = (piece + 1) / 2) parts.insert(static_cast<int>(piece));
  parts.insert(1);
  return parts;
}

// Piece sizes that make one, two and four even parts of `whole`.
inline std::set<int> whole_half_quarter(std::int64_t whole) {
  return {even(whole, whole), even(whole, whole / 2), even(whole, whole / 4)};
}

// As the values of a knob.
inline std::vector<int> listed(const std::set<int>& values) { return {values.begin(), values.end()}; }

// Of schedules by estimate, as many of the best as are worth keeping where knobs multiply to thousands.
inline std::vector<kernels::Schedule> best_estimates(std::vector<kernels::Schedule> space) {
  constexpr std::size_t kWorthKeeping = 300;
  if (space.size() > kWorthKeeping) space.resize(kWorthKeeping);
  return space;
}

}  // namespace rt3d::jit
