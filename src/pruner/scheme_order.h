// The order in which the groups of one layer would go, by one scheme, and what each costs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "pruner/input_moments.h"
#include "pruner/layer_survey.h"
#include "pruning/budget.h"
#include "pruning/group_grid.h"

namespace rt3d::pruner {

enum class Criterion {
  second_order,  // what a group's removal changes in the layer's output, the others being adjusted
  importance,  // what the network's outputs depend on it, propagated back from what later layers read; nothing is adjusted
  magnitude,  // the group's weights alone, and nothing is adjusted: the baseline
};

struct SchemeOrder {
  SchemeOrder(std::size_t layer, const pruning::GroupSpec& scheme, const Shape& weights, bool transformed)
      : layer(layer),
        transformed(transformed),
        groups(scheme.of_layer(transformed)),
        grid(weights, groups),
        blocks(transformed && groups.scheme == pruning::GroupScheme::kgs ? pruning::point_blocks(grid)
                                                                         : pruning::column_blocks(grid)) {}

  std::size_t layer;          // of the survey's convolutions
  bool transformed;           // its weights, into Winograd's domain
  pruning::GroupSpec groups;  // of this layer
  pruning::GroupGrid grid;
  std::vector<pruning::ColumnBlock> blocks;
  std::shared_ptr<InputMoments>
      moments;  // of these blocks; of several schemes' of the layer, where they are the same
  // By second order losses are shares of what varies in the layer's output, and there is one trace for each block of columns and row of
  // groups, block after block. By scores there is a single one, and losses are steps of -log of the share that the layer still passes on:
  // what passes through several layers is the product of these, so that no layer is emptied for the sake of others.
  std::vector<pruning::RemovalTrace> traces;

  // As it is asked for.
  std::string text() const {
    pruning::GroupSpec said = groups;
    if (transformed && groups.scheme == pruning::GroupScheme::kgs)
      said.scheme = pruning::GroupScheme::winograd;
    return said.text();
  }
  std::size_t block_of(std::size_t trace) const { return trace / static_cast<std::size_t>(grid.rows()); }
  std::int64_t row_of(std::size_t trace) const { return static_cast<std::int64_t>(trace) % grid.rows(); }
};

// Of `done` of `all` blocks of a layer.
using OrderProgress = std::function<void(std::size_t done, std::size_t all)>;

// Fills in the traces, from the moments that were added up; `weights` as they are, `constant` as PrunableConv has it. Block after block,
// so that one inverse is in memory at a time.
void order_by_second_order(SchemeOrder& order, const Tensor& weights, bool constant, double macs,
                           ThreadPool& pool, const OrderProgress& progress);

// Fills in the traces of all layers, each of one scheme. By magnitude at once, the smallest groups of a layer first. By importance in
// rounds, each of which removes as much, from wherever it costs least for what it saves, and looks anew at what is then left.
void order_by_scores(std::vector<SchemeOrder*> orders, Network& network, const LayerSurvey& survey,
                     Criterion criterion);

}  // namespace rt3d::pruner
