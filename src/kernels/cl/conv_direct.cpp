// Dense convolution of any kernel, stride, dilation and group (conv.cl). Knobs: a work-item's rows and blocks of output channels, and the
// work-items of a group: wide x 1 x deep.
#include <algorithm>

#include "kernels/cl/conv_parts.h"
#include "kernels/cl/families.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

std::vector<int> block_choices(const ConvShape& s) {
  std::vector<int> choices;
  for (int blocks : {1, 2, 4})
    if (blocks == 1 || blocks * kBlock <= ceil_div(s.oc, kBlock) * kBlock) choices.push_back(blocks);
  return choices;
}

// Which blocks of input channels a tile of output channels reads: so many, from the tile's first.
struct InputBlocks {
  std::int64_t count;
  std::int64_t first(const ConvShape& s, const ConvTile& t, std::int64_t tile) const {
    if (s.g == 1) return 0;
    return std::min(tile * t.blocks * kBlock / (s.oc / s.g) * (s.ic / s.g) / kBlock,
                    blocks(s.ic, kBlock) - count);
  }
};

InputBlocks input_blocks(const ConvShape& s, const ConvTile& t) {
  if (s.g == 1) return {blocks(s.ic, kBlock)};
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, width = t.blocks * kBlock;
  std::int64_t most = 1;
  for (std::int64_t first = 0; first < s.oc; first += width) {
    const std::int64_t last = std::min(first + width, s.oc) - 1;
    most = std::max(most, ceil_div((last / ocg + 1) * icg, kBlock) - first / ocg * icg / kBlock);
  }
  return {most};
}

Bytes pack(const Tensor& weights, const ConvShape& s, const ConvTile& t, DType stored, ThreadPool& pool) {
  const std::span<const float> from = weights.values<float>();
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, positions = s.kernel_positions(),
                     width = t.blocks * kBlock;
  const InputBlocks in = input_blocks(s, t);
  const std::int64_t tiles = ceil_div(s.oc, width), tile_values = in.count * positions * kBlock * width;
  std::vector<float> packed(static_cast<std::size_t>(tiles * tile_values));
  pool.run(tiles, [&](std::int64_t tile, int) {
    float* to = packed.data() + tile * tile_values;
    for (std::int64_t o = 0; o < width && tile * width + o < s.oc; ++o) {
      const std::int64_t oc = tile * width + o, group_first = oc / ocg * icg;
      for (std::int64_t i = 0; i < icg; ++i) {
        const std::int64_t c = group_first + i - in.first(s, t, tile) * kBlock;
        for (std::int64_t k = 0; k < positions; ++k)
          to[((c / kBlock * positions + k) * kBlock + c % kBlock) * width + o] =
              from[static_cast<std::size_t>((oc * icg + i) * positions + k)];
      }
    }
  });
  return packed_values(packed, 1, stored);
}

std::int64_t products(const ConvShape& s) { return s.ic / s.g * s.kernel_positions(); }

class ConvDirect final : public ClFamily {
 public:
  ConvDirect(std::string_view id, DType stored) : ClFamily(id, 2, stored) {}

  Traits traits() const override {
    return {.half_inputs = halves(), .half_weights = halves(), .groups_share = true};
  }
  bool computes(const Problem& p, const Accelerator&) const override { return is_plain_conv(p); }
  Ports ports(const Problem& p, const Target&) const override {
    return conv_ports(p, conv_shape(p), stored());
  }
  Tunables tunables(const Problem& p, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    return conv_tunables(s, {block_choices(s), products(s), stored()}, *target.device.accelerator);
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    const ConvTile t = ConvTile::of(schedule);
    const std::int64_t tiles = ceil_div(s.oc, t.blocks * kBlock);
    const auto units = static_cast<double>(tiles * input_blocks(s, t).count * s.kernel_positions());
    return conv_ns(p, s, t, units, stored(), false, *target.device.accelerator);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = conv_shape(p);
    const ConvTile t = ConvTile::of(schedule);
    const std::int64_t channels = ceil_div(s.oc, t.blocks * kBlock) * t.blocks * kBlock;
    const std::int64_t weights = input_blocks(s, t).count * kBlock * s.kernel_positions();
    return channels * (halves() ? 2 * weights + 8 : 4 * weights + 4);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = conv_shape(r.problem);
    const ConvTile t = ConvTile::of(r.schedule);
    Macros macros = conv_macros(r, s, t, stored());
    macros.add("IC_BLOCKS", input_blocks(s, t).count)
        .add("GROUPS", s.g)
        .add("GROUP_IC", s.ic / s.g)
        .add("GROUP_OC", s.oc / s.g);
    add_sums(macros, t.sums, products(s), kBlock * s.kernel_positions());
    Recipe recipe = new_recipe(r.problem);
    recipe.launches.push_back({{kConv, macros.text(), "conv"},
                               conv_range(s, t, estimate_ns(r.problem, r.schedule, r.target)),
                               conv_arguments(r.problem, false)});
    recipe.pack = [s, t, stored = stored()](std::span<const Tensor* const> constants, ThreadPool& pool) {
      const Scaled scaled = scaled_weights(*constants[1], stored);
      return std::vector<Bytes>{
          pack(scaled.weights, s, t, stored, pool),
          packed_bias(constants, s.oc, static_cast<std::size_t>(t.blocks * kBlock), scaled.scales)};
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& conv_direct() {
  static const ConvDirect family("conv.direct.cl", DType::f32);
  return family;
}

const KernelFamily& conv_direct_f16() {
  static const ConvDirect family("conv.direct_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
