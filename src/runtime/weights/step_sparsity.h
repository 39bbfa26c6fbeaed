// What a step's weights hold and what became of it, for people: found structure, multiply-accumulates before and after, and whether
// sparse code runs and why or why not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "kernels/sparsity_detection.h"
#include "runtime/choosing/choice.h"

namespace rt3d::runtime {

// What the passes took from a layer: filters of zeros, and input channels that nobody needs.
struct RemovedChannels {
  std::int64_t filters = 0, inputs = 0;
  double shrunk = 1;  // weights before / weights now
};
// By node of `optimized`, whose origins are nodes of `model`; nodes without origins are taken as they are.
std::vector<RemovedChannels> removed_channels(const graph::Graph& model, const graph::Graph& optimized);

struct StepSparsity {
  std::string sparsity;            // "kgs:8x4:28%", SparsityReport::text(); "" when no structure was found
  double zeros = 0;                // share of the weights
  std::int64_t unpruned_macs = 0;  // of the layer as the model's file has it
  std::int64_t kept_macs = 0;      // of what is left, with weights in units that hold something
  std::string note;                // "" for dense layers
  bool sparse_code = false;        // whether the chosen code leaves zeros out
};
// `sparse_code`: whether any family of sparse code supports the problem.
StepSparsity step_sparsity(const Choice& choice, const kernels::SparsityReport& zeros,
                           const RemovedChannels& removed, bool sparse_code);

}  // namespace rt3d::runtime
