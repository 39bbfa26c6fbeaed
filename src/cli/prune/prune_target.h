// What a pruned model shall reach.
#pragma once

#include <string>
#include <vector>

#include "pruning/group_grid.h"

namespace rt3d::cli {

struct PruneTarget {
  enum class Kind {
    work,    // times fewer multiply-adds of the whole model
    time,    // milliseconds of a run on this machine
    faster,  // times less time than the dense model on this machine
  };
  Kind kind = Kind::work;
  double value = 0;

  bool is_time() const { return kind != Kind::work; }
};

// "2.6x", "40ms", "2x-faster"; throws UsageError.
PruneTarget parse_prune_target(const std::string& text);

// Throws UsageError for schemes that such a target cannot have.
void require_schemes(const std::vector<pruning::GroupSpec>& schemes, const PruneTarget& target);

}  // namespace rt3d::cli
