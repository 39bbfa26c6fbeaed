// Filters that can only go together, with all that goes with them: through residual sums, concatenations and flattening
// (graph/passes/channel_sets.h), the channels that a filter makes belong to sets.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "graph/passes/channel_sets.h"
#include "pruner/network.h"
#include "pruner/prunable_layers.h"

namespace rt3d::pruner {

// Some channels of one layer: filters, or input channels that it reads.
struct LayerChannels {
  std::size_t layer = 0;  // of FilterSets::layers()
  std::vector<std::int64_t> channels;
};

struct FilterSet {
  std::size_t id = 0;                  // below FilterSets::limit()
  std::vector<LayerChannels> filters;  // that make the channels of this set
  std::vector<LayerChannels> inputs;   // that read them
};

class FilterSets {
 public:
  // Those sets stay that hold a filter of a layer that stays dense (prunable_layers.h: the first and the last, grouped, linear, shared, or
  // named), that the graph's inputs or outputs show, that an operation mixes otherwise, or whose constants others read, too. Throws what
  // prunable_layers() throws, and invalid_argument where no set may go. The network lives as long as this does.
  FilterSets(Network& network, const std::vector<std::string>& keep_dense);

  const std::vector<PrunableLayer>& layers() const { return layers_; }  // all, in the graph's order
  // Sets that may go, by what they have in common: filters and inputs of the same layers.
  const std::vector<std::vector<FilterSet>>& classes() const { return classes_; }
  std::size_t limit() const { return sets_.set_limit(); }

  // `gone`: by a set's id. Writes zeros into the network where the filters and inputs of these sets are, into biases and normalisations too.
  void zero(const std::vector<bool>& gone);
  // What the file's constants become without these sets, by name: smaller weights, biases and normalisations, and the shapes of Reshapes.
  std::map<std::string, Tensor> without(const std::vector<bool>& gone) const;

 private:
  void find_stays();
  void pin(graph::ValueId value);
  bool can_change(const graph::Node& node) const;
  bool own(const graph::Node& node, std::size_t input) const;
  void group();
  std::vector<std::int64_t> kept(graph::ValueId value, const std::vector<bool>& gone) const;

  Network& network_;
  std::vector<PrunableLayer> layers_;
  graph::ChannelSets sets_;
  std::vector<bool> stays_;  // by set
  std::vector<std::vector<FilterSet>> classes_;
};

}  // namespace rt3d::pruner
