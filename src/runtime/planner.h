// The planner: an optimised graph becomes a plan. Nodes become problems, each distinct problem gets one choice of family and
// schedule, layouts follow from the families, memory from the lifetimes.
#pragma once

#include "graph/graph.h"
#include "runtime/plan.h"

namespace rt3d::runtime {

struct PlanRequest {
  const Backend& backend;
  const kernels::Target& target;
  const TuningOptions& tuning;
  ThreadPool& pool;
  tuner::TuningDb& db;
  std::int64_t* choose_ns = nullptr;  // out: time spent on choices, when given
};

// Throws unsupported naming the node that no family computes, and what choose() throws. RT3D_DUMP: plan.txt.
Plan make_plan(const graph::Graph& graph, const PlanRequest& request);

}  // namespace rt3d::runtime
