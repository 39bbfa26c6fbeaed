// What a convolution reads, as second moments: the H = E[x xᵀ] of pruning/second_order.h, added up from real activations.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "graph/graph.h"
#include "pruning/second_order.h"

namespace rt3d::pruner {

// Of one clip's output positions these many are looked at, evenly spread: neighbours tell hardly anything new.
inline constexpr std::int64_t kSampledPositions = 1024;  // or tiles

class InputMoments {
 public:
  explicit InputMoments(std::vector<pruning::ColumnBlock> blocks);

  // The node is a Conv without groups; `input` is what it reads, of any number of clips, and `weights` its own spatial ones. Where it has
  // others in Winograd's domain, the columns are of these: what a product of a tile gives to one of its outputs, of all outputs that a whole
  // tile has.
  void add(const graph::Node& node, const at::Tensor& input, const at::Tensor& weights);

  const std::vector<pruning::ColumnBlock>& blocks() const { return blocks_; }
  bool seen() const { return samples_ > 0; }
  // Of a block with the columns of one of blocks(), in any order: schemes that group the same columns otherwise share one sum. Throws
  // internal for other columns, and before anything was added.
  pruning::Moments moments(const pruning::ColumnBlock& block, bool with_constant) const;
  // Whether moments() knows all of these.
  bool covers(const std::vector<pruning::ColumnBlock>& blocks) const;

 private:
  void add_tiles(const graph::Node& node, const at::Tensor& input, const at::Tensor& weights);
  // The number of the block of these columns; of blocks() where there is none.
  std::size_t find(const pruning::ColumnBlock& block) const;

  std::vector<pruning::ColumnBlock> blocks_;
  std::vector<std::vector<std::int64_t>> sorted_;  // by block: its columns
  std::vector<at::Tensor> sums_;                   // by block: double, (columns + 1)²
  double samples_ = 0;
  std::int64_t clips_ = 0;
};

}  // namespace rt3d::pruner
