// A pass: one rewriting of the graph towards the normal form (README.md). Each keeps what the graph computes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "graph/model.h"

namespace rt3d::graph {

using List = std::vector<std::int64_t>;  // of an attribute: axes, pads, a permutation

struct Pass {
  std::string_view name;
  int (*run)(Graph&, const Evaluator&);  // gives the number of rewrites
};

std::span<const Pass> pipeline();  // in order of running

// One function per file of this folder.
int cancel_transposes(Graph& graph, const Evaluator& evaluate);
int fold_constants(Graph& graph, const Evaluator& evaluate);
int fold_batch_norm(Graph& graph, const Evaluator& evaluate);
int fold_pad(Graph& graph, const Evaluator& evaluate);
int fold_scale(Graph& graph, const Evaluator& evaluate);
int fuse_activation(Graph& graph, const Evaluator& evaluate);
int fuse_add(Graph& graph, const Evaluator& evaluate);
int lower_batch_norm(Graph& graph, const Evaluator& evaluate);
int merge_siblings(Graph& graph, const Evaluator& evaluate);
int normalize_activation(Graph& graph, const Evaluator& evaluate);
int normalize_gather(Graph& graph, const Evaluator& evaluate);
int normalize_layout(Graph& graph, const Evaluator& evaluate);
int normalize_matrix(Graph& graph, const Evaluator& evaluate);
int normalize_reshape(Graph& graph, const Evaluator& evaluate);
int normalize_window(Graph& graph, const Evaluator& evaluate);
int remove_channels(Graph& graph, const Evaluator& evaluate);
int remove_dead(Graph& graph, const Evaluator& evaluate);
int remove_identity(Graph& graph, const Evaluator& evaluate);

// Throws unsupported when an operation outside the normal form is left.
void check_normal_form(const Graph& graph);

}  // namespace rt3d::graph
