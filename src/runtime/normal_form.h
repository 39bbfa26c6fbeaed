// A model specialised to its input shapes and optimised: what plans are made of, and what is told of it however it is planned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "runtime/session.h"
#include "runtime/weights/step_sparsity.h"
#include "runtime/weights/weight_sparsity.h"

namespace rt3d::runtime {

struct NormalForm {
  // Throws what graph passes do.
  NormalForm(const graph::Graph& model, const SessionOptions& options);

  std::optional<graph::Graph>
      graph;  // absent once no plan is made of it any more: it keeps hold of the model's weights
  std::vector<NamedDesc> inputs, outputs;
  std::vector<RemovedChannels> removed;  // by node of the graph
  std::string text;                      // of the graph
  SparsityHints hints;
  std::optional<std::vector<kernels::SparsityReport>> zeros;  // by node, once somebody has looked
  std::int64_t optimize_ns = 0;
};

}  // namespace rt3d::runtime
