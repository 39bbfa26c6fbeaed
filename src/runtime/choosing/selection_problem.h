// The choice of families for a whole graph as a PBQP: what each node may do, what forms its values then take, and the
// conversions between what is written and what is wanted.
//
// A node is a variable; its states are its problem's alternatives or, where it is only another way to see memory, the forms it
// can be seen in. A value with one reader is an edge. A value with several is a variable of its own, whose states are the sets of
// forms that it is kept in, so that one conversion serves all readers of a form. So plans are priced as layout assignment
// (layout.h) makes them; what every plan copies, such as a part of one tensor that becomes part of another, is left out.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "runtime/choosing/choice.h"
#include "runtime/choosing/copies.h"
#include "runtime/choosing/forms.h"
#include "runtime/choosing/pbqp.h"

namespace rt3d::runtime {

struct SelectionProblem {
  Pbqp pbqp;  // costs in nanoseconds; variable i is node i of the graph, then values
  std::vector<std::vector<std::int64_t>> packed_bytes;  // by node, by state; empty where nothing is packed

  std::vector<std::vector<Form>>
      forms;  // likewise, of nodes that only see memory in another way; empty for others

  // Reserves are forbidden states unless they are allowed.
  SelectionProblem(const graph::Graph& graph, const std::vector<Choice>& choices,
                   const std::vector<int>& choice_of_node, const Copies& copies, bool allow_reserves);

  std::int64_t bytes(const std::vector<std::size_t>& states) const;
  // Of the states, the rest of the cost being conversions.
  double kernels_ns(const std::vector<std::size_t>& states) const;
};

}  // namespace rt3d::runtime
