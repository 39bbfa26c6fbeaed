// The groups of a layer's weights that pruning keeps or removes as one, and the masks that follow. Weights are [oc, ic per group, kernel…]
// or [oc, ic]. Niu et al. (RT3D, AAAI 2021, section 3) define the schemes:
//   filter    all weights of one output channel
//   vanilla   gm output channels × gn input channels, all kernel positions together
//   kgs       gm output channels × gn input channels at one kernel position
//   winograd  the same at one point of Winograd's transform domain, of layers whose weights lie there, too (docs/transform-domain.md);
//             vanilla groups in all other layers
// Channels that a group does not divide end in a smaller group.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/tensor.h"

namespace rt3d::pruning {

enum class GroupScheme { filter, vanilla, kgs, winograd };

struct GroupSpec {
  GroupScheme scheme = GroupScheme::kgs;
  int gm = 8, gn = 4;  // of filters: not used
  std::string text() const;
  // What it means for a layer's weights, which are transformed or not: anything but winograd.
  GroupSpec of_layer(bool transformed) const;
  bool operator==(const GroupSpec&) const = default;
};

GroupSpec parse_group_spec(
    std::string_view text);  // "kgs:8x4", "vanilla:32x4", "winograd:32x4", "filter"; throws invalid_argument

std::vector<GroupSpec> parse_group_specs(std::string_view text);  // several with commas between

// Whether the runtime finds such groups in a model and has code that leaves them out (docs/sparsity.md).
bool runs_sparse(const GroupSpec& spec);

// Half-open ranges of output channels, input channels and kernel positions.
struct GroupExtent {
  std::int64_t oc_begin = 0, oc_end = 0, ic_begin = 0, ic_end = 0, position_begin = 0, position_end = 0;
  std::int64_t weights() const {
    return (oc_end - oc_begin) * (ic_end - ic_begin) * (position_end - position_begin);
  }
};

class GroupGrid {
 public:
  // Throws invalid_argument below two dimensions. `spec` is GroupSpec::of_layer's.
  GroupGrid(const Shape& weights, const GroupSpec& spec);

  // Group number row · columns() + column: rows are groups of output channels, columns are what each of these may lose: groups of input
  // channels, first, and kernel positions.
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return ic_groups_ * position_groups_; }
  std::int64_t count() const { return rows() * columns(); }
  GroupExtent extent(std::int64_t group) const;

  std::int64_t positions() const { return positions_; }  // of the kernel
  std::int64_t input_channels() const { return ic_; }

  // By group: the root of the mean square of its weights. The mean is over the weights that there are, so that a smaller group at an edge
  // is neither favoured nor punished.
  std::vector<double> scores(const Tensor& weights) const;
  // By weight: 1 where the group is kept, constant over each group. `kept` by group.
  std::vector<std::uint8_t> mask(const std::vector<bool>& kept) const;
  // Writes zeros into the groups that are not kept.
  void prune(Tensor& weights, const std::vector<bool>& kept) const;
  std::int64_t kept_weights(const std::vector<bool>& kept) const;

 private:
  template <typename Visit>
  void visit(std::int64_t group, const Visit& visit) const;  // of a weight's flat index

  std::int64_t oc_, ic_, positions_;
  std::int64_t gm_, gn_, gp_;  // a group's output channels, input channels, positions
  std::int64_t rows_, ic_groups_, position_groups_;
};

}  // namespace rt3d::pruning
