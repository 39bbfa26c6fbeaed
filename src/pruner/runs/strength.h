// How hard a penalty presses. What strength empties as many groups as are wanted depends on network, data and length of the training, so that
// it is found while the training goes on: the share that is empty follows a plan. What the norms of the groups say (Penalty::needed) is the
// strength that would meet the plan a while ahead if nothing held the groups; where gradients hold them, and the plan is missed, it grows.
//
// Tried on 48 clips of blobs, 6 steps an epoch (reweighted and lasso, kgs:8x4 and vanilla:8x4, three seeds each), by how far the share that is
// empty lies from the plan:
// - To begin with a strength by which a group of ordinary size vanishes within the training, and to change it by what the plan is missed
//   by alone, swings: groups of like size vanish together, long after the strength that does it was reached, up to twice as many as wanted
//   within an epoch.
// - What norms say alone follows the plan where the penalty tells groups apart (reweighted), but never empties what gradients hold (lasso),
//   and then lets go of what was empty.
// - A factor that adds up what the plan was missed by, beside that, comes as near to the plan, but overshoots more with lasso, and would
//   be one more thing to keep.
// - To look further ahead (a quarter of the steps) follows the plan less closely. To press layers less as they empty changed nothing (240 clips of
//   scripts/motion).
#pragma once

#include <cstdint>

namespace rt3d::pruner {

// In a share of the steps nothing need be empty, for groups shrink before they vanish; from then on the plan grows evenly, and is met some
// steps before the end.
inline constexpr double kPlanBegins = 0.15, kPlanEnds = 0.85;

// Of `wanted`, the share that should be empty after `step` of `steps`: 0 to `wanted`.
double planned_share(double wanted, std::int64_t step, std::int64_t steps);

// What should be empty a while ahead, and in how many steps: at first, what the plan begins with.
struct Aim {
  double share = 0, steps = 1;
};
Aim next_aim(double wanted, std::int64_t step, std::int64_t steps);

// `needed` for that aim, but no less than grows where the share that is empty lies behind the plan; twice or half of what it was at most.
double next_strength(double strength, double needed, double wanted, double empty, std::int64_t step,
                     std::int64_t steps);

// How often it is looked at, in steps.
std::int64_t steps_between_looks(std::int64_t steps);

}  // namespace rt3d::pruner
