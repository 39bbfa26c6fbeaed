// How hard a penalty presses. What strength empties as many groups as are wanted depends on network, data and length of the training, so that
// it is found while the training goes on: the share that is empty is held against a plan.
#pragma once

#include <cstdint>

namespace rt3d::pruner {

// In a share of the steps nothing need be empty, for groups shrink before they vanish; from then on the plan grows evenly, and is met some
// steps before the end.
inline constexpr double kPlanBegins = 0.15, kPlanEnds = 0.85;

// Of `wanted`, the share that should be empty after `step` of `steps`: 0 to `wanted`.
double planned_share(double wanted, std::int64_t step, std::int64_t steps);

// To begin with: a group of ordinary size that nothing holds vanishes within the training. A step of gradient descent of that rate takes
// rate times strength from a group's norm, relative to its layer's (penalty.h).
double first_strength(double rate, std::int64_t steps);

// Another one where the share that is empty lies behind the plan, or ahead: by at most a third at a time.
double next_strength(double strength, double wanted, double empty, std::int64_t step, std::int64_t steps);

// How often it is looked at, in steps.
std::int64_t steps_between_looks(std::int64_t steps);

}  // namespace rt3d::pruner
