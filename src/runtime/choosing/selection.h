// Which alternative each node takes: the selection over the whole graph that costs least, conversions between layouts included,
// while the packed weights fit into a limit.
//
// Without the limit it is one PBQP (selection_problem.h). With it, bytes get a price (a Lagrange multiplier): the least price at
// which the cheapest selection fits is found by bisection, and what room is left goes to the single changes that gain most per byte. The
// result fits whenever one fits at all; it is within the bytes of one kernel of the optimum.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "runtime/choosing/choice.h"
#include "runtime/choosing/copies.h"
#include "runtime/choosing/forms.h"

namespace rt3d::runtime {

struct Selection {
  std::vector<std::size_t> alternatives;  // by node: of its choice; 0 for nodes that are not kernels
  std::vector<Form> forms;                // by node: of those that only see memory in another way
  double kernels_ns = 0;
  double conversions_ns = 0;
  std::int64_t packed_bytes = 0;
  std::int64_t limit_bytes = 0;  // that was kept to
  double ns_per_byte = 0;        // the price of memory that it took; 0: everything fits
};

// What packed weights may take unless told otherwise, in bytes: 3 times the model's, and at most an eighth of the memory that there is
// (memory_size()). Of 4 GiB that is 512 MiB, C3D without its largest transforms; of 8 GiB it limits no known model.
std::int64_t usual_weight_limit(std::int64_t model_bytes, std::int64_t memory_bytes);

// `weight_limit` in bytes; 0: usual_weight_limit() for the constants of the graph's kernels, or what the leanest alternatives need where
// that is more. Throws out_of_memory when a limit that was given is less than these need.
Selection select(const graph::Graph& graph, const std::vector<Choice>& choices,
                 const std::vector<int>& choice_of_node, const Copies& copies, std::int64_t weight_limit);

// Makes choices take what was selected. Nodes of one problem that take different alternatives get choices of their own;
// `choice_of_node` follows.
void apply(const Selection& selection, std::vector<Choice>& choices, std::vector<int>& choice_of_node);

}  // namespace rt3d::runtime
