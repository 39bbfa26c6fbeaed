// The first half of layout assignment: every value's block and halo, and the trees of values that share storage.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "runtime/choosing/forms.h"
#include "runtime/choosing/views.h"
#include "runtime/planning/plan.h"

namespace rt3d::runtime {

struct ValueLayout {
  kernels::Port port;          // as it is written; the halo is the storage's, at the root of a tree
  bool halo_free = true;       // the storage may not have a halo: inputs, reshaped tensors
  bool planar_wanted = false;  // somebody needs it planar without halo
  graph::ValueId parent = graph::kNoValue;  // it lies in this value's storage …
  std::int64_t parent_channel = 0;          // … from this channel on
  std::vector<kernels::Port> asks;          // of the kernels that read it
};

struct NodeLayout {
  View view;
  kernels::Ports ports;        // of kernels
  kernels::Port seen;          // planar: whose memory others see, and of which type
  std::vector<bool> in_place;  // of concatenations: which inputs' producers write into the storage
};

struct Layouts {
  std::vector<ValueLayout> values;
  std::vector<NodeLayout> nodes;
};

// `choice_of_node` and `form_of_node` as in assign_layouts().
Layouts choose_layouts(const graph::Graph& graph, const std::vector<Choice>& choices,
                       const std::vector<int>& choice_of_node, const std::vector<Form>& form_of_node);

}  // namespace rt3d::runtime
