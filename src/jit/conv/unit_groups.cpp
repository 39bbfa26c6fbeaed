#include "jit/conv/unit_groups.h"

#include <algorithm>

#include "kernels/sparsity.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;
using kernels::Pattern;

// Calls body(first input channel, position) for the units of a group that are kept, in the order in which they are multiplied:
// neighbours read the same lines.
template <typename Body>
void each_unit(const Pattern& pattern, std::int64_t group, const Body& body) {
  if (group >= pattern.oc_groups()) return;
  for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
    for (std::int64_t position = 0; position < pattern.positions(); ++position)
      if (pattern.kept(group, i, position)) body(i * pattern.gn(), position);
}

// By chunk; `floats` is where the next unit's weights lie.
std::vector<std::vector<KernelUnit>> units_of(const Pattern& pattern, const UnitLists& l, std::int64_t group,
                                              std::int64_t& floats) {
  const ConvShape& s = l.s;
  std::vector<std::vector<KernelUnit>> chunks(
      static_cast<std::size_t>((s.ic + l.chunk_channels - 1) / l.chunk_channels));
  each_unit(pattern, group, [&](std::int64_t ic, std::int64_t position) {
    KernelUnit unit = l.unit(ic % l.chunk_channels, static_cast<int>(position / (s.kh * s.kw)),
                             static_cast<int>(position / s.kw % s.kh), static_cast<int>(position % s.kw));
    unit.unit.w = static_cast<std::int32_t>(floats * 4);
    chunks[static_cast<std::size_t>(ic / l.chunk_channels)].push_back(unit);
    floats += std::int64_t{pattern.gm()} * pattern.gn();
  });
  return chunks;
}

// By output, then input channel of a unit.
std::vector<int> order_of(const UnitPacking& p) {
  std::vector<int> order;
  for (int m = 0; m < p.channels; ++m)
    for (int k = 0; k < p.depth; ++k) order.push_back(p.order(m, k));
  return order;
}

// A group's weights, one unit behind the other.
void pack(const float* source, const Pattern& pattern, const UnitPacking& p, const std::vector<int>& order,
          std::int64_t group, float* to) {
  const ConvShape& s = p.s;
  const std::int64_t first = group * p.channels, outputs = std::min<std::int64_t>(p.channels, s.oc - first),
                     positions = s.kernel_positions();
  each_unit(pattern, group, [&](std::int64_t ic, std::int64_t position) {
    const std::int64_t inputs = std::min<std::int64_t>(p.depth, s.ic - ic);
    for (std::int64_t m = 0; m < outputs; ++m)
      for (std::int64_t k = 0; k < inputs; ++k)
        to[order[static_cast<std::size_t>(m * p.depth + k)]] =
            source[((first + m) * s.ic + ic + k) * positions + position];
    to += order.size();
  });
}

}  // namespace

PackedUnits packed_units(std::span<const Tensor* const> constants, const UnitPacking& p, int lanes,
                         ThreadPool& pool) {
  const Tensor weights = constants[1]->aligned_copy();
  // Channels behind the last are written, too.
  PackedUnits packed{kernels::pattern_of(weights, p.channels, p.depth, &pool),
                     {},
                     padded_bias(constants, 2, kernels::blocks(p.s.oc, lanes) * lanes)};
  const Pattern& pattern = packed.pattern;
  const std::vector<int> order = order_of(p);
  std::vector<std::size_t> first{0};  // floats, where each group's weights lie
  for (std::int64_t group = 0; group < pattern.oc_groups(); ++group) {
    std::size_t units = 0;
    each_unit(pattern, group, [&](std::int64_t, std::int64_t) { ++units; });
    first.push_back(first.back() + units * order.size());
  }
  packed.weights = Buffer::zeroed(first.back() * sizeof(float));
  const float* source = weights.values<float>().data();
  pool.run(pattern.oc_groups(), [&](std::int64_t group, int) {
    pack(source, pattern, p, order, group,
         packed.weights.as<float>() + first[static_cast<std::size_t>(group)]);
  });
  return packed;
}

UnitGroups::UnitGroups(const PackedUnits& packed, const UnitLists& lists) {
  groups_.reserve(static_cast<std::size_t>(lists.groups));
  const float* weights = packed.weights.as<float>();
  for (std::int64_t group = 0; group < lists.groups; ++group) {
    std::int64_t floats = 0;
    groups_.push_back(
        {UnitTable(lists.d_classes, lists.h_classes, units_of(packed.pattern, lists, group, floats)),
         weights});
    weights += floats;
  }
}

std::size_t UnitGroups::bytes() const {
  std::size_t bytes = 0;
  for (const UnitGroup& group : groups_) bytes += group.units.bytes();
  return bytes;
}

}  // namespace rt3d::jit
