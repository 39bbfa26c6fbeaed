// rt3d-prune MODEL --calibrate CLIPS: structured zeros, or fewer filters, from a few videos, without labels and without training.
#pragma once

#include "cli/prune/prune_goal.h"

namespace rt3d::cli {

// From the options to the written model and what is said of it. Throws UsageError for what is not understood or out of reach.
void prune_from_clips(const PruneGoal& goal);

}  // namespace rt3d::cli
