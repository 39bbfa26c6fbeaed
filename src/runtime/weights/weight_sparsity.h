// What the zeros of a graph's weights say, layer by layer, before the graph is planned, and the hints that a model's file may give.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "graph/graph.h"
#include "kernels/sparsity_detection.h"

namespace rt3d::runtime {

// Metadata property of a model: "conv2.weight=kgs:8x4;conv3.weight=vanilla:32x4", weight initializers (or nodes) with the scheme and
// group that they were pruned with. Only hints which group to try first: the zeros decide.
inline constexpr char kSparsityProperty[] = "rt3d.sparsity";

class SparsityHints {
 public:
  SparsityHints() = default;
  // From the model as imported, where weights still have their names; entries that cannot be read, or name no weights, are logged
  // as warnings and left out.
  explicit SparsityHints(const graph::Graph& model);

  struct Hint {
    std::string entry;  // as the property has it
    kernels::Sparsity sparsity;
  };
  const Hint* find(const graph::Graph& graph, const graph::Node& node) const;  // nullptr: none

 private:
  std::map<std::string, Hint> by_name_;  // of weights and of the nodes that read them
};

// One report for every node; empty for all but convolutions and matrix products with constant weights. Hints that the zeros do not
// confirm are logged as warnings.
std::vector<kernels::SparsityReport> detect_sparsity(const graph::Graph& graph, const SparsityHints& hints,
                                                     ThreadPool& pool);

}  // namespace rt3d::runtime
