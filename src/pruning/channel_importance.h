// How much the network's outputs depend on each channel of its values, by weights alone: the importance of what a layer computes is
// propagated back from what reads it (NISP, Yu et al., CVPR 2018: s_l = |W_{l+1}|ᵀ s_{l+1}; that a filter is judged by the next layer is
// ThiNet's idea, Luo et al., ICCV 2017). All channels of the outputs count 1.
#pragma once

#include <functional>
#include <vector>

#include "graph/graph.h"
#include "pruning/group_grid.h"

namespace rt3d::pruning {

// The weights of a value as they are now; nullptr for what is no constant.
using WeightsNow = std::function<const Tensor*(graph::ValueId id)>;

// By value of the specialised graph, one number for each of its channels (dimension 1); empty for values below two dimensions and for
// what no output depends on. Normalisations multiply by their factor; sums and products pass on to both operands; where channels
// cannot be told apart, all have the mean.
std::vector<std::vector<double>> channel_importance(const graph::Graph& graph, const WeightsNow& weights);

// By group: Σ s_o |w_oi| over its weights, s the importance of the output channels. A share of what the layer passes on.
std::vector<double> group_importance(const GroupGrid& grid, const Tensor& weights,
                                     const std::vector<double>& outputs);

}  // namespace rt3d::pruning
