// The moment at which a run's network loses what its plan says. Groups become zeros, which masks hold. Filters are gone for good: what is
// left is a smaller network, which trains like any other.
#pragma once

#include <ATen/ATen.h>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "pruner/network.h"
#include "pruner/one_shot.h"
#include "pruner/runs/run_plan.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

// A layer that is to lose groups.
struct PrunedLayer {
  std::size_t layer = 0;      // of prunable_layers()
  pruning::GroupSpec scheme;  // as asked for
  pruning::GroupSpec groups;  // what it means for this layer
  double most = 0;            // of its multiply-adds, the share that may go
};

// Makes zeros of the groups that the plan's method chooses, and fits the rest where it does. The report tells which went.
OneShotReport cut_groups(Network& network, const RunPlan& plan, std::span<const PrunedLayer> layers,
                         std::span<const std::vector<at::Tensor>> examples);

// Throws invalid_argument where filters cannot go, or not as many as the plan's rate says. Needs no examples: by magnitude.
void require_filters(Network& network, const RunPlan& plan);

struct FilterCut {
  OneShotReport report;
  std::vector<bool> gone;  // by FilterSet::id
};
// The same of filters, which are zeros in the dense network at first. Throws as require_filters().
FilterCut cut_filters(Network& dense, const RunPlan& plan, std::span<const std::vector<at::Tensor>> examples);

// What constants of the model's file become without these filters, by name: weights are those of `dense`. Throws invalid_argument where
// `gone` is another model's.
std::map<std::string, Tensor> without_filters(Network& dense, const RunPlan& plan,
                                              const std::vector<bool>& gone);

// The model, as imported, with other constants, which may have other shapes.
graph::Graph with_constants(graph::Graph model, const std::map<std::string, Tensor>& constants);

}  // namespace rt3d::pruner
