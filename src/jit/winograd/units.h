// Which units a Winograd convolution multiplies with, per spatial point, temporal point and panel of output channels, and where
// their weights lie. A unit is `depth` input channels (of one kernel plane, where depth is not transformed). Dense weights
// have all units; where zeros leave nothing of a unit's transformed weights it is missing, and so are its weights:
//
//   vanilla groups              miss at every point
//   positions of groups (KGS)   miss where all positions that a unit's transformed weights depend on are removed
//   groups of transformed ones  miss point by point
//
// Lists that are alike are stored once.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "jit/tile/tile.h"
#include "jit/winograd/plan.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {

class WinogradUnits {
 public:
  struct List {
    std::int64_t at;    // floats to the first of its weights
    std::uint32_t set;  // which units
  };
  struct Range {
    std::uint32_t first, count;
  };

  explicit WinogradUnits(const WinogradPlan& plan);  // every unit
  // Those of a pattern, cut as the plan's units are: of weights [oc, ic, kd, kh, kw], or of transformed ones [oc, ic, q, n, n].
  WinogradUnits(const WinogradPlan& plan, const kernels::Pattern& pattern, bool transformed);

  // `plane`: the temporal point; 0 where all share a list (t = 1, late).
  const List& list(std::int64_t point, std::int64_t plane, std::int64_t panel) const {
    return lists_[static_cast<std::size_t>((point * planes_ + plane) * panels_ + panel)];
  }
  std::int64_t count(const List& list) const { return sets_[list.set].count; }  // of units
  // Floats stored for a list, and for all.
  std::int64_t floats(const List& list) const { return sets_[list.set].count * sets_[list.set].stored; }
  std::int64_t floats() const { return floats_; }

  // A list's units that rows of a class meet.
  Range range(const List& list, std::uint32_t row_class) const {
    return ranges_[sets_[list.set].ranges + row_class];
  }
  const Unit* units() const { return units_.data(); }
  // A unit's place in its list, or -1.
  int slot(const List& list, std::int64_t unit) const {
    return slots_[static_cast<std::size_t>(sets_[list.set].slots + unit)];
  }

 private:
  using Mask = std::vector<std::uint8_t>;  // by unit
  struct Set {
    std::int64_t count, stored, slots;  // stored: floats per unit
    std::uint32_t ranges;
  };

  using Masks = std::function<void(std::int64_t point, std::int64_t plane, std::int64_t panel, Mask& mask)>;
  void make(const WinogradPlan& plan, const Masks& masks);
  std::uint32_t add_set(const WinogradPlan& plan, std::int64_t panel, const Mask& mask);

  std::int64_t planes_, panels_, floats_ = 0;
  std::vector<List> lists_;
  std::vector<Set> sets_;
  std::vector<Range> ranges_;
  std::vector<Unit> units_;
  std::vector<std::int32_t> slots_;
};

}  // namespace rt3d::jit
