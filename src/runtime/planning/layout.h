// Layout assignment: which layout every value is stored in, where views lie, and which conversions the plan needs.
//
// A value is stored once, in the layout its producer gives, with the largest halo that a consumer with the same block asks for.
// A consumer that takes another layout reads a converted copy, made by a step of its own just before the first such consumer and
// shared by all. Reshape is a view of a planar tensor. Concatenation of channels is storage that its inputs' producers write into, where
// blocks and channel offsets allow; other inputs are copied there. A slice of channels is a view where its offset allows. Inputs and
// outputs of the graph are planar.
#pragma once

#include "graph/graph.h"
#include "runtime/choosing/copies.h"
#include "runtime/choosing/forms.h"
#include "runtime/planning/program.h"

namespace rt3d::runtime {

// Fills the plan's kernels, steps, storages (without offsets), inputs and outputs, adds choices for the copies, and keeps the
// kernels' constants. `choice_of_node` indexes the plan's choices, per node of the graph; -1 for nodes that are not kernels.
// `form_of_node` says how concatenations are collected (blocks that do not fit the parts are taken as planar), and in whose memory
// reshaped tensors and slices are seen. Storage lifetimes are right; steps are in the nodes' order.
void assign_layouts(Program& program, const graph::Graph& graph, const std::vector<int>& choice_of_node,
                    const std::vector<Form>& form_of_node, const Copies& copies);

}  // namespace rt3d::runtime
