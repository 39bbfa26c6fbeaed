// Groups of output channels narrower than a vector whose weights vanish in units of some output × some input channels × one kernel
// position (conv.sparse_dot, conv.sparse_pixels): each group's units that hold weights, listed by border class and chunk of input
// channels, and these weights, packed unit by unit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "jit/conv/units.h"
#include "jit/tile/packing.h"

namespace rt3d::jit {

struct UnitGroup {
  UnitTable units;
  const float* weights;  // what Unit::w counts from

  // The first weights of such units; where there are none, those of the group.
  const float* weights_of(const UnitTable::Range& range) const {
    return range.count > 0 ? weights + units.unit(range)->w / 4 : weights;
  }
};

// How a convolution's weights are packed.
struct UnitPacking {
  const kernels::ConvShape& s;
  int channels, depth;  // output and input channels of a unit
  // Where among a unit's weights that of its output channel m and input channel k lies.
  std::function<int(int m, int k)> order;
};
PackedUnits packed_units(std::span<const Tensor* const> constants, const UnitPacking& packing, int lanes,
                         ThreadPool& pool);

// How packed weights become groups of units.
struct UnitLists {
  const kernels::ConvShape& s;
  std::int64_t groups;          // those behind the last output channel are empty
  std::int64_t chunk_channels;  // input channels per list, a multiple of a unit's
  const std::vector<kernels::Taps>&d_classes, &h_classes;
  // The unit at a kernel position, but for its weights; `channel` counts from the chunk's first.
  std::function<KernelUnit(std::int64_t channel, int kd, int kh, int kw)> unit;
};

class UnitGroups {
 public:
  UnitGroups() = default;                                         // none
  UnitGroups(const PackedUnits& packed, const UnitLists& lists);  // which read what is packed

  std::int64_t size() const { return static_cast<std::int64_t>(groups_.size()); }
  const UnitGroup& operator[](std::int64_t group) const { return groups_[static_cast<std::size_t>(group)]; }
  std::size_t bytes() const;  // beside the weights

 private:
  std::vector<UnitGroup> groups_;
};

}  // namespace rt3d::jit
