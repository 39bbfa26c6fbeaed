// The planner: an optimised graph becomes a program. Nodes become problems (what their weights' zeros say belongs to them), each
// distinct problem gets its alternatives, a selection over the graph takes one for each node, layouts follow from the families, and
// memory from lifetimes and the scratch that compiled kernels ask for.
#pragma once

#include "graph/graph.h"
#include "runtime/planning/program.h"
#include "runtime/weights/weight_sparsity.h"

namespace rt3d::runtime {

struct PlanRequest {
  const Devices& devices;
  const TuningOptions& tuning;
  tuner::TuningDb& db;
  std::int64_t memory_limit = 0;  // in bytes, for activations and scratch; 0: all of this machine's
  std::int64_t weight_limit = 0;  // in bytes, for packed weights; 0: select()'s default
  SparsityHints hints = {};       // of the model's file
  // Of the graph's nodes, where somebody has looked already; nullptr: the weights are looked at.
  const std::vector<kernels::SparsityReport>* zeros = nullptr;
  std::shared_ptr<KernelStock> stock = {};  // Program::stock
  std::int64_t* choose_ns = nullptr;        // out: time spent on choices, when given
  std::int64_t* detect_ns = nullptr;        // out: and on looking at the weights' zeros
  std::int64_t* compile_ns = nullptr;       // out: and on the kernels' code
};

// The distinct problems of a graph, of which nothing is chosen yet, and which of them each node is; -1: none, a view.
struct GraphProblems {
  std::vector<Choice> choices;
  std::vector<int> choice_of_node;
};
// Throws what make_program() does before it measures.
GraphProblems problems_of(const graph::Graph& graph, const std::vector<kernels::SparsityReport>& zeros,
                          const Devices& devices, std::int64_t memory_limit);

// Throws unsupported naming the node that no family computes, out_of_memory when activations and scratch need more than the limit
// (activations alone are looked at before anything is measured), and what choose() and select() throw.
Program make_program(const graph::Graph& graph, const PlanRequest& request);

}  // namespace rt3d::runtime
