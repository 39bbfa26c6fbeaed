// Channels that live and die together. Every channel of every activation is an element; what computes channel by channel (sums,
// activations, pooling, concatenation, flattening, depthwise convolution) joins elements to sets. A set is pinned when its channels
// are seen from outside (inputs and outputs of the graph) or by an operation that mixes channels in another way than a convolution
// or matrix product does.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace rt3d::graph {

// For every j in [0, count): channels from_first + j·from_run, … (from_run of them) of `from` belong to the same sets as channels
// to_first + j·to_run, … of `to`.
struct ChannelLink {
  ValueId from = kNoValue, to = kNoValue;
  std::int64_t count = 0;
  std::int64_t from_first = 0, to_first = 0;
  std::int64_t from_run = 1, to_run = 1;
};

class ChannelSets {
 public:
  enum class Form {
    normal,  // operations outside the normal form pin what they touch
    exported,  // specialised, but as exporters write networks: BatchNormalization, activations, Gemm with transB, Flatten
  };
  explicit ChannelSets(const Graph& graph, Form form = Form::normal);

  // The axis along which a value's channels lie (a Transpose moves it); -1 when they are not followed.
  int axis(ValueId id) const { return axis_[static_cast<std::size_t>(id)]; }
  std::int64_t channels(ValueId id) const {
    return channels_[static_cast<std::size_t>(id)];
  }  // 0 when not followed
  bool followed(int node) const {
    return followed_[static_cast<std::size_t>(node)];
  }  // else its operands are pinned
  const std::vector<ChannelLink>& links(int node) const { return links_[static_cast<std::size_t>(node)]; }

  // Sets are numbers below set_limit().
  std::size_t set(ValueId id, std::int64_t channel) const {
    return root_[first_[static_cast<std::size_t>(id)] + static_cast<std::size_t>(channel)];
  }
  std::size_t set_limit() const { return root_.size(); }
  bool pinned(std::size_t set) const { return pinned_[set]; }

 private:
  void follow(const Graph& graph, Form form);
  void join(const ChannelLink& link);
  void pin(ValueId id);
  std::size_t find(std::size_t element);

  std::vector<int> axis_;
  std::vector<std::int64_t> channels_;
  std::vector<std::size_t> first_;  // element of a value's channel 0
  std::vector<std::size_t> root_;
  std::vector<bool> pinned_;
  std::vector<bool> followed_;
  std::vector<std::vector<ChannelLink>> links_;
};

// A convolution of one group or a matrix product: reads its input's channels through columns of its weights.
bool mixes_channels(const Node& node);

}  // namespace rt3d::graph
