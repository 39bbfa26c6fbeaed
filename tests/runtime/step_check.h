// A model's plan step by step, each against what the reference makes of the very operands that the step reads: errors of one layer are
// not enlarged by those behind it, nor are they lost in these.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "kernels/family.h"

namespace rt3d::tests {

struct WorstStep {
  double over_bound =
      0;  // its largest error over what its family may lose of its output's range: above 1 is wrong
  std::string text;  // which one, and both
  int steps = 0;
};

// Of an optimised graph on this CPU, without tuning.
WorstStep worst_step(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                     const kernels::Target& target);

}  // namespace rt3d::tests
