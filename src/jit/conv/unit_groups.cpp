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
std::vector<std::vector<KernelUnit>> units_of(const Pattern& pattern, const UnitPacking& p,
                                              std::int64_t group, std::int64_t& floats) {
  const ConvShape& s = p.s;
  std::vector<std::vector<KernelUnit>> chunks(
      static_cast<std::size_t>((s.ic + p.chunk_channels - 1) / p.chunk_channels));
  each_unit(pattern, group, [&](std::int64_t ic, std::int64_t position) {
    KernelUnit unit = p.unit(ic % p.chunk_channels, static_cast<int>(position / (s.kh * s.kw)),
                             static_cast<int>(position / s.kw % s.kh), static_cast<int>(position % s.kw));
    unit.unit.w = static_cast<std::int32_t>(floats * 4);
    chunks[static_cast<std::size_t>(ic / p.chunk_channels)].push_back(unit);
    floats += std::int64_t{p.channels} * p.depth;
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

UnitGroups::UnitGroups(const Tensor& weights, const UnitPacking& p, ThreadPool& pool) {
  const Pattern pattern = kernels::pattern_of(weights, p.channels, p.depth, &pool);
  std::vector<std::int64_t> first;  // floats, where each group's weights lie
  std::int64_t floats = 0;
  groups_.reserve(static_cast<std::size_t>(p.groups));
  for (std::int64_t group = 0; group < p.groups; ++group) {
    std::int64_t of_group = 0;
    groups_.push_back({UnitTable(p.d_classes, p.h_classes, units_of(pattern, p, group, of_group)), nullptr});
    first.push_back(floats);
    floats += of_group;
  }
  weights_ = Buffer::zeroed(static_cast<std::size_t>(floats) * sizeof(float));
  for (std::size_t group = 0; group < groups_.size(); ++group)
    groups_[group].weights = weights_.as<float>() + first[group];
  const float* source = weights.values<float>().data();
  const std::vector<int> order = order_of(p);
  pool.run(pattern.oc_groups(), [&](std::int64_t group, int) {
    pack(source, pattern, p, order, group, weights_.as<float>() + first[static_cast<std::size_t>(group)]);
  });
}

std::size_t UnitGroups::bytes() const {
  std::size_t bytes = weights_.bytes();
  for (const UnitGroup& group : groups_) bytes += group.units.bytes();
  return bytes;
}

}  // namespace rt3d::jit
