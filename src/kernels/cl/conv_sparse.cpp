// Pruned convolution (conv.cl with UNITS): of each tile of output channels, the units of 4 input channels at one kernel position that hold
// anything but zeros, found in the weights when they are packed. The problem's `sparsity` chooses and estimates, it is never trusted. A tile
// is one group of filters, or a part of one, so that nothing is computed that was pruned (Niu et al., RT3D, AAAI 2021, section 3). Knobs as
// in conv_direct.cpp.
#include <algorithm>
#include <cstring>

#include "kernels/cl/conv_parts.h"
#include "kernels/cl/families.h"
#include "kernels/cl/sources.h"
#include "kernels/sparsity.h"

namespace rt3d::kernels::cl {
namespace {

constexpr int kMostSums = 16;

// Tiles of as many output channels as the group has, or of parts of it.
std::vector<int> block_choices(const Sparsity& sparsity) {
  std::vector<int> choices;
  for (int blocks : {1, 2, 4})
    if (sparsity.gm % (blocks * kBlock) == 0) choices.push_back(blocks);
  return choices;
}

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

void pack_units(const Units& units, std::span<const float> from, const ConvShape& s, std::int64_t first, std::int64_t width,
                float* to) {
  const std::int64_t positions = s.kernel_positions();
  for (const Unit& u : units.all) {
    const std::int64_t position = (u.kd * s.kh + u.kh) * s.kw + u.kw;
    for (std::int64_t i = 0; i < kBlock; ++i)
      for (std::int64_t o = 0; o < width; ++o, ++to) {
        const std::int64_t ic = u.ic_block * kBlock + i, oc = first + o;
        *to = ic < s.ic && oc < s.oc ? from[static_cast<std::size_t>((oc * s.ic + ic) * positions + position)] : 0;
      }
  }
}

struct Listed {
  std::vector<std::int32_t> numbers;  // begins of all tiles, then distances
  std::vector<float> weights;
};

Listed list_units(const Tensor& weights, const ConvShape& s, const ConvTile& t, const Placement& in, ThreadPool& pool) {
  const Tensor w = weights.aligned_copy();
  const std::int64_t width = t.blocks * kBlock, tiles = ceil_div(s.oc, width);
  const Pattern pattern = pattern_of(w, static_cast<int>(width), kBlock, &pool);
  Listed listed;
  std::vector<std::int32_t> distances;
  for (std::int64_t tile = 0; tile < tiles; ++tile) {
    const Units units = units_of(s, pattern, tile);
    const auto before = static_cast<std::int32_t>(distances.size());
    for (const std::int32_t begin : units.begins) listed.numbers.push_back(before + begin);
    for (const Unit& u : units.all)
      distances.push_back(static_cast<std::int32_t>(u.ic_block * in.c + u.kd * s.dd * in.d + u.kh * s.dh * in.h +
                                                    u.kw * s.dw * kBlock));
    const std::size_t at = listed.weights.size();
    listed.weights.resize(at + units.all.size() * static_cast<std::size_t>(kBlock * width));
    pack_units(units, w.values<float>(), s, tile * width, width, listed.weights.data() + at);
  }
  listed.numbers.insert(listed.numbers.end(), distances.begin(), distances.end());
  return listed;
}

class ConvSparse final : public ClFamily {
 public:
  ConvSparse() : ClFamily("conv.sparse.cl", 1) {}

  Traits traits() const override { return {.leaves_zeros = true}; }
  bool computes(const Problem& p, const Accelerator&) const override {
    if (!p.attributes.has(kSparsityAttribute) || !is_plain_conv(p) || conv_shape(p).g != 1) return false;
    return !block_choices(*sparsity_of(p)).empty();
  }
  Ports ports(const Problem& p, const Target&) const override { return conv_ports(p, conv_shape(p)); }
  Tunables tunables(const Problem& p, const Target& target) const override {
    return conv_tunables(conv_shape(p), block_choices(*sparsity_of(p)), kMostSums, *target.device.accelerator);
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    std::vector<Schedule> all = tunables(p, target).all();
    sort_by_estimate(all, [&](const Schedule& schedule) { return estimate_ns(p, schedule, target); });
    return all;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    const ConvTile t = ConvTile::of(schedule);
    const std::int64_t tiles = ceil_div(s.oc, t.blocks * kBlock);
    const double units =
        static_cast<double>(tiles * blocks(s.ic, kBlock) * s.kernel_positions()) * sparsity_of(p)->kept();
    return conv_ns(p, s, t, units, *target.device.accelerator);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = conv_shape(p);
    const std::int64_t width = ConvTile::of(schedule).blocks * kBlock;
    const double units = static_cast<double>(ceil_div(s.oc, width) * blocks(s.ic, kBlock) * s.kernel_positions());
    return static_cast<std::int64_t>(units * sparsity_of(p)->kept() * static_cast<double>(kBlock * width + 1) * 4);
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule&, const Target&) const override {
    return static_cast<std::int64_t>(static_cast<double>(useful_multiply_accumulates(p)) * sparsity_of(p)->kept());
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = conv_shape(r.problem);
    const ConvTile t = ConvTile::of(r.schedule);
    Macros macros = conv_macros(r, s, t);
    macros.flag("UNITS");
    Recipe recipe;
    recipe.launches.push_back({{kConv, macros.text(), "conv"},
                               conv_range(s, t, estimate_ns(r.problem, r.schedule, r.target)),
                               conv_arguments(r.problem, true)});
    recipe.pack = [s, t, in = r.inputs[0]](std::span<const Tensor* const> constants, ThreadPool& pool) {
      const Listed listed = list_units(*constants[1], s, t, in, pool);
      Bytes numbers(listed.numbers.size() * sizeof(std::int32_t));
      std::memcpy(numbers.data(), listed.numbers.data(), numbers.size());
      return std::vector<Bytes>{packed_values(listed.weights, 1, DType::f32),
                         packed_bias(constants, s.oc, static_cast<std::size_t>(t.blocks * kBlock)), std::move(numbers)};
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& conv_sparse() {
  static const ConvSparse family;
  return family;
}

}  // namespace rt3d::kernels::cl
