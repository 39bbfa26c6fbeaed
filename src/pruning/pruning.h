// Seeded random structured zeros in a network, at a given rate of its multiply-accumulates, as a pruner that
// weighs layers by their work would choose them: a stand-in for pruned models in benchmarks and tests, where
// speed counts and accuracy does not. What survives is scaled up so that activations keep their range.
//
// Groups (kgs, vanilla): all convolutions share one level of work; those above it are cut down to it and those
// below stay as they are, so that the largest lose most (no layer more than 90 %; one that would lose less than
// 10 % stays dense, and all others pay for it). On C3D at 3.6 times this comes out close to what the paper's
// authors published. Hidden linear layers have little work but most of the weights, which must be read; they keep
// 1 ÷ rate. Or the published ratios themselves (published_ratios.h).
//
// Groups in Winograd's transform domain (winograd): the same shares, but the groups are of a convolution's transformed
// weights, each point by itself, for the tile that multiplies least; they lie beside the spatial weights, which
// stay dense (docs/transform-domain.md). Layers without a transform have Vanilla groups.
//
// Filters: whole filters go where only convolutions and linear layers read them, possibly through
// normalisations, rectifiers, pools and concatenations (never where a residual addition would see them), eight
// at a time from the layer that works most at that moment; with them their bias and shift, and the channels of
// what reads them. Hidden linear layers keep 1 ÷ √rate of their outputs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "kernels/sparsity.h"

namespace rt3d::pruning {

struct Request {
  bool filters = false;  // else groups
  kernels::Scheme scheme = kernels::Scheme::kgs;
  int gm = 8, gn = 4;
  double rate = 1;           // multiply-accumulates of the whole model before ÷ after
  bool transformed = false;  // in the transform domain where a layer has one; the scheme is for the others
  bool published = false;    // the authors' ratios per layer for this rate
};

inline constexpr double kLeastKept = 0.1;  // of any layer
inline constexpr double kMostKept = 0.9;   // of a layer that is pruned at all

// What became of one convolution or linear layer of a pruned model.
struct PrunedLayer {
  std::string name;
  Shape weights;
  std::string zeros;  // "kgs 8x4", "filters and channels"; of a layer that stays dense: "dense: " and why
  std::int64_t macs = 0;
  std::int64_t surviving_macs = 0;
  double kept() const {
    return macs > 0 ? static_cast<double>(surviving_macs) / static_cast<double>(macs) : 1;
  }
};

struct Report {
  std::vector<PrunedLayer> layers;  // in the graph's order; empty for a dense model
  std::int64_t macs = 0;
  std::int64_t surviving_macs = 0;
  double rate() const { return static_cast<double>(macs) / static_cast<double>(surviving_macs); }
};

// "kgs:8x4:3.6", "vanilla:32x4:3.6", "winograd:32x4:3.6", "filter:2.6", "kgs:8x4:authors-3.6"; throws invalid_argument.
Request parse_request(std::string_view text);

// Writes the zeros into the graph's weights. Throws invalid_argument when the rate is out of reach, telling what
// is within it.
Report prune(graph::Graph& graph, const Request& request, std::uint64_t seed);

// The two ways, by request.filters.
Report prune_groups(graph::Graph& graph, const Request& request, std::uint64_t seed);
Report prune_filters(graph::Graph& graph, const Request& request, std::uint64_t seed);

}  // namespace rt3d::pruning
