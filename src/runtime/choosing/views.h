// Views: nodes that compute nothing, because their result lies in memory already and only has to be seen in another way. All rules of
// what such a node is and in which layouts it costs nothing are here; selection prices them, layout assignment follows them.
//
// A reshape sees a planar tensor without gaps as one of another shape. A slice of channels is a part of its input, the whole; the inputs
// of a concatenation of channels are parts of its output, into whose storage their producers write. A part begins at a channel of the
// whole, which must be the first of a block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "kernels/placement.h"

namespace rt3d::runtime {

enum class ViewKind : std::uint8_t {
  none,  // a kernel computes the node
  reshape,
  slice,   // of channels
  concat,  // of channels: inputs are written where they belong, or copied there
};

struct View {
  ViewKind kind = ViewKind::none;
  std::size_t inputs = 0;                        // of the node, how many are seen: the first ones
  std::vector<std::int64_t> part_channels = {};  // of each part, its first channel in the whole

  // Whether it can be made in this layout; planar layouts fit always.
  bool fits(int block) const;
  // Whether storage that is seen through it can have no halo: it has to be without gaps.
  bool rigid(int block) const { return kind != ViewKind::concat && block == 1; }
};

ViewKind view_kind(const graph::Graph& graph, const graph::Node& node);
View view_of(const graph::Graph& graph, const graph::Node& node);

// Whether parts that lie in a whole of so many batch items have the layout that they would have by themselves. Planar parts of several
// items have gaps where the other parts are.
constexpr bool parts_lie_as_alone(int block, std::int64_t items) { return block > 1 || items == 1; }

// From the whole's first element to that of a part: in elements.
constexpr std::int64_t part_offset(const kernels::Placement& whole, std::int64_t channel) {
  return channel / whole.block * whole.c;
}

}  // namespace rt3d::runtime
