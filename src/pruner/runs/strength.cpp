#include "pruner/runs/strength.h"

#include <algorithm>
#include <cmath>

namespace rt3d::pruner {
namespace {

constexpr std::int64_t kLooks = 50;
constexpr double kAhead = 0.1;                    // of the steps
constexpr double kGain = 1.5, kMostGrowth = 0.2;  // of the strength's logarithm, where the plan is missed
constexpr double kMostChange = 2;                 // times

}  // namespace

double planned_share(double wanted, std::int64_t step, std::int64_t steps) {
  const double part = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(steps, 1));
  return wanted * std::clamp((part - kPlanBegins) / (kPlanEnds - kPlanBegins), 0.0, 1.0);
}

Aim next_aim(double wanted, std::int64_t step, std::int64_t steps) {
  const auto part = [&](double of) {
    return static_cast<std::int64_t>(std::ceil(of * static_cast<double>(steps)));
  };
  const std::int64_t at = std::max(step + part(kAhead), part(kPlanBegins + kAhead));
  return {planned_share(wanted, at, steps), static_cast<double>(std::max<std::int64_t>(at - step, 1))};
}

double next_strength(double strength, double needed, double wanted, double empty, std::int64_t step,
                     std::int64_t steps) {
  const double behind = (planned_share(wanted, step, steps) - empty) / wanted;
  const double least = behind > 0 ? std::exp(std::min(kGain * behind, kMostGrowth)) : 1 / kMostChange;
  return std::clamp(needed, strength * least, strength * kMostChange);
}

std::int64_t steps_between_looks(std::int64_t steps) { return std::max<std::int64_t>(1, steps / kLooks); }

}  // namespace rt3d::pruner
