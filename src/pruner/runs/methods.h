// The methods of pruning, in one table: what they are called, by what they cut, and whether they train before the cut.
#pragma once

#include <span>
#include <string_view>

#include "pruner/scheme_order.h"

namespace rt3d::pruner {

enum class Method {
  train,       // nothing is pruned
  one_shot,    // cut with what stays fitted to a few clips (one_shot.h), retrain
  heuristic,   // cut what later layers read least, retrain
  magnitude,   // cut the smallest groups, retrain: the baseline
  lasso,       // train with a penalty on all groups alike, cut what it emptied, retrain
  reweighted,  // the same, with a penalty that leaves groups alone that matter (penalty.h)
};

struct MethodRow {
  Method method;
  const char* name;
  Criterion criterion;  // by which groups are cut
  bool regularizes;     // training empties groups before the cut
};

// Of the methods that prune: all but Method::train.
std::span<const MethodRow> pruning_methods();
const MethodRow* find_method(std::string_view name);  // nullptr: none of that name
const MethodRow& row_of(Method method);               // throws internal for Method::train

}  // namespace rt3d::pruner
