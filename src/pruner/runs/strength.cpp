#include "pruner/runs/strength.h"

#include <algorithm>
#include <cmath>

namespace rt3d::pruner {
namespace {

constexpr std::int64_t kLooks = 50;
constexpr double kGain = 1.5, kMostChange = 0.2;  // of the strength's logarithm

}  // namespace

double planned_share(double wanted, std::int64_t step, std::int64_t steps) {
  const double part = static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(steps, 1));
  return wanted * std::clamp((part - kPlanBegins) / (kPlanEnds - kPlanBegins), 0.0, 1.0);
}

double first_strength(double rate, std::int64_t steps) {
  return 1 / (rate * static_cast<double>(std::max<std::int64_t>(steps, 1)));
}

double next_strength(double strength, double wanted, double empty, std::int64_t step, std::int64_t steps) {
  const double behind = (planned_share(wanted, step, steps) - empty) / wanted;
  return strength * std::exp(std::clamp(kGain * behind, -kMostChange, kMostChange));
}

std::int64_t steps_between_looks(std::int64_t steps) { return std::max<std::int64_t>(1, steps / kLooks); }

}  // namespace rt3d::pruner
