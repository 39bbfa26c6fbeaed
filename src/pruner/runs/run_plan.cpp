#include "pruner/runs/run_plan.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::pruner {
namespace {

constexpr std::int64_t kSteps = 3000, kFewestEpochs = 4, kMostEpochs = 60;  // of a stage, by default

bool is_filter(const pruning::GroupSpec& groups) { return groups.scheme == pruning::GroupScheme::filter; }

// "one-shot, heuristic, magnitude".
std::string cutting_methods() {
  std::string names;
  for (const MethodRow& row : pruning_methods())
    if (!row.regularizes) names += cat(names.empty() ? "" : ", ", row.name);
  return names;
}

}  // namespace

std::int64_t default_epochs(std::int64_t batches) {
  return std::clamp((kSteps + batches - 1) / std::max<std::int64_t>(batches, 1), kFewestEpochs, kMostEpochs);
}

bool cuts_filters(const RunPlan& plan) {
  return plan.method != Method::train && plan.layers.empty() && is_filter(plan.groups);
}

void check(const RunPlan& plan) {
  for (const LayerPlan& layer : plan.layers)
    if (is_filter(layer.groups))
      fail(Code::invalid_argument, "the layer '", layer.name,
           "' cannot lose filters by itself, for other layers read or share them: give filters a target for "
           "the whole model (--target), and name what they spare (--keep-dense)");
  if (cuts_filters(plan) && row_of(plan.method).regularizes)
    fail(Code::invalid_argument, "no penalty empties filters, the method ", row_of(plan.method).name,
         " takes groups inside them; filters are cut at once by: ", cutting_methods());
}

}  // namespace rt3d::pruner
