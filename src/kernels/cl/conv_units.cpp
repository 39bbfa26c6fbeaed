#include "kernels/cl/conv_units.h"

#include "kernels/sparsity.h"

namespace rt3d::kernels::cl {
namespace {

struct Unit {
  std::int64_t ic_block, kd, kh, kw;
};

// Of one tile, by kernel planes; begins[kd] is the first of a plane.
struct Units {
  std::vector<Unit> all;
  std::vector<std::int32_t> begins;
};

Units units_of(const ConvShape& s, const Pattern& pattern, std::int64_t tile) {
  Units units;
  for (std::int64_t kd = 0; kd < s.kd; ++kd) {
    units.begins.push_back(static_cast<std::int32_t>(units.all.size()));
    for (std::int64_t c = 0; c < blocks(s.ic, kBlock); ++c)
      for (std::int64_t kh = 0; kh < s.kh; ++kh)
        for (std::int64_t kw = 0; kw < s.kw; ++kw)
          if (pattern.kept(tile, c, (kd * s.kh + kh) * s.kw + kw)) units.all.push_back({c, kd, kh, kw});
  }
  units.begins.push_back(static_cast<std::int32_t>(units.all.size()));
  return units;
}

void pack_units(const Units& units, std::span<const float> from, const ConvShape& s, std::int64_t first,
                std::int64_t width, float* to) {
  const std::int64_t positions = s.kernel_positions();
  for (const Unit& u : units.all) {
    const std::int64_t position = (u.kd * s.kh + u.kh) * s.kw + u.kw;
    for (std::int64_t i = 0; i < kBlock; ++i)
      for (std::int64_t o = 0; o < width; ++o, ++to) {
        const std::int64_t ic = u.ic_block * kBlock + i, oc = first + o;
        *to = ic < s.ic && oc < s.oc ? from[static_cast<std::size_t>((oc * s.ic + ic) * positions + position)]
                                     : 0;
      }
  }
}

}  // namespace

ListedUnits list_units(const Tensor& weights, const ConvShape& s, std::int64_t width, const Placement& in,
                       ThreadPool& pool) {
  const Tensor w = weights.aligned_copy();
  const std::int64_t tiles = ceil_div(s.oc, width);
  const Pattern pattern = pattern_of(w, static_cast<int>(width), kBlock, &pool);
  ListedUnits listed;
  std::vector<std::int32_t> distances;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const Units units = units_of(s, pattern, tile);
    const auto before = static_cast<std::int32_t>(distances.size());
    for (const std::int32_t begin : units.begins) listed.numbers.push_back(before + begin);
    for (const Unit& u : units.all)
      distances.push_back(static_cast<std::int32_t>(u.ic_block * in.c + u.kd * s.dd * in.d +
                                                    u.kh * s.dh * in.h + u.kw * s.dw * kBlock));
    const std::size_t at = listed.weights.size();
    listed.weights.resize(at + units.all.size() * static_cast<std::size_t>(kBlock * width));
    pack_units(units, w.values<float>(), s, tile * width, width, listed.weights.data() + at);
  }
  listed.numbers.insert(listed.numbers.end(), distances.begin(), distances.end());
  return listed;
}

}  // namespace rt3d::kernels::cl
