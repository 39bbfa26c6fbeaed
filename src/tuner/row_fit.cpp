#include "tuner/row_fit.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "tuner/seeds.h"

namespace rt3d::tuner {

using kernels::KernelFamily;

bool legal_on(const Row& row, const KernelFamily& family, kernels::Target target) {
  target.threads = row.threads;
  target.accuracy = kernels::Accuracy::half;
  try {
    const kernels::Problem problem = kernels::parse_problem(row.problem);
    return family.supports(problem, target) &&
           family.tunables(problem, target).allow(kernels::parse_schedule(row.schedule));
  } catch (const Error& error) {
    log(LogLevel::debug, "tuning rows: ", row.family, " ", row.schedule, ": ", error.what());
    return false;
  }
}

Fit fit_of(const Row& row, std::span<const Home> homes) {
  const auto closeness = [&](const Home& home) {
    return kinship(home.target.device.fingerprint(), row.device);
  };
  const auto home = std::ranges::max_element(homes, {}, closeness);
  if (home == homes.end() || closeness(*home) == Kinship::none) return Fit::other_device;
  const bool same = closeness(*home) == Kinship::same;
  const auto family = std::ranges::find(home->families, row.family, &KernelFamily::id);
  if (family == home->families.end()) return Fit::unknown_family;
  if ((*family)->version() != row.version) return Fit::other_version;
  if (!legal_on(row, **family, home->target)) return Fit::illegal_schedule;
  if (!same) return Fit::relative;
  return row.threads > home->target.threads ? Fit::other_threads : Fit::here;
}

}  // namespace rt3d::tuner
