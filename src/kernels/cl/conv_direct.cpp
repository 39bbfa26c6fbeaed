// Dense convolution of any kernel, stride, dilation and group (conv.cl). Knobs: a work-item's rows and blocks of output channels, and the
// work-items of a group: wide x planes x deep, what adds up, and what is read as an image.
#include <algorithm>

#include "kernels/cl/conv_family.h"
#include "kernels/cl/conv_units.h"
#include "kernels/cl/families.h"

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

// [tile][kd][block of input channels][kh][kw][4 input channels][width]
Bytes pack(const Tensor& weights, const ConvShape& s, const ConvTile& t, DType stored, ThreadPool& pool) {
  const std::span<const float> from = weights.values<float>();
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, positions = s.kernel_positions(),
                     plane = s.kh * s.kw, width = t.blocks * kBlock;
  const InputBlocks in = input_blocks(s, t);
  const std::int64_t tiles = ceil_div(s.oc, width), tile_values = in.count * positions * kBlock * width;
  std::vector<float> packed(static_cast<std::size_t>(tiles * tile_values));
  pool.run(tiles, [&](std::int64_t tile, int) {
    float* to = packed.data() + tile * tile_values;
    for (std::int64_t o = 0; o < width && tile * width + o < s.oc; ++o) {
      const std::int64_t oc = tile * width + o, group_first = oc / ocg * icg;
      for (std::int64_t i = 0; i < icg; ++i) {
        const std::int64_t c = group_first + i - in.first(s, t, tile) * kBlock;
        for (std::int64_t k = 0; k < positions; ++k) {
          const std::int64_t unit = (k / plane * in.count + c / kBlock) * plane + k % plane;
          to[(unit * kBlock + c % kBlock) * width + o] =
              from[static_cast<std::size_t>((oc * icg + i) * positions + k)];
        }
      }
    }
  });
  return packed_values(packed, 1, stored);
}

std::int64_t products(const ConvShape& s) { return s.ic / s.g * s.kernel_positions(); }

class ConvDirect final : public ConvFamily {
 public:
  using ConvFamily::ConvFamily;

  Traits traits() const override {
    return {.half_inputs = halves(), .half_weights = halves(), .groups_share = true};
  }
  bool computes(const Problem& p, const Accelerator&) const override { return is_plain_conv(p); }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = conv_shape(p);
    const ConvTile t = ConvTile::of(schedule);
    const std::int64_t width = t.blocks * kBlock, tiles = ceil_div(s.oc, width);
    const std::int64_t units = input_blocks(s, t).count * s.kernel_positions();
    const std::int64_t per_channel = halves() ? 2 * units * kBlock + 8 : 4 * units * kBlock + 4;
    return tiles * width * per_channel + (tiles * s.kd * 4 + units) * 4;
  }

 protected:
  TileChoices choices(const Problem& p) const override {
    const ConvShape s = conv_shape(p);
    return {block_choices(s), products(s), stored()};
  }
  double units(const Problem& p, const ConvTile& t) const override {
    const ConvShape s = conv_shape(p);
    return static_cast<double>(ceil_div(s.oc, t.blocks * kBlock) * input_blocks(s, t).count *
                               s.kernel_positions());
  }
  std::vector<Bytes> packed(const Tensor& weights, const ConvShape& s, const ConvTile& t, const Placement& in,
                            ThreadPool& pool) const override {
    const InputBlocks read = input_blocks(s, t);
    std::vector<std::int64_t> first;
    for (std::int64_t tile = 0; tile < ceil_div(s.oc, t.blocks * kBlock); ++tile)
      first.push_back(read.first(s, t, tile));
    return {pack(weights, s, t, stored(), pool),
            packed_list(dense_list(s, first, read.count, in, list_step(t)))};
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
