// What the convolutions of this folder share: tiles, sums, compile-time options, epilogues.
#pragma once

#include "kernels/cl/family.h"

namespace rt3d::kernels::cl {

// Conv in the normal form with constant weights and bias, of floats, and not so large that 32 bits do not reach.
bool is_plain_conv(const Problem& problem);
// Halo of the input that windows reach into, in front and behind.
Ports conv_ports(const Problem& problem, const ConvShape& shape, DType stored);

// What adds up, by the knob's number. Halves: of many products, parts are added up first and then the parts, so that rounding stays below
// what Accuracy::half allows (docs/accuracy.md); float_parts adds these in floats.
enum class Sums : std::uint8_t { floats, halves, float_parts };
inline constexpr int kSums = 3;

// What is read as images that lie over buffers: inputs; then weights too, with four of them a texel, or with eight halves.
enum class Images : std::uint8_t { none = 0, inputs = 1, fours = 4, eights = 8 };

// A work-item's tile (rows of pixels, blocks of four output channels), the work-items of a group along columns, planes and tiles of output
// channels, what adds up, and what is read as an image.
struct ConvTile {
  std::int64_t rows, blocks, wide, planes, deep;
  Sums sums;
  Images images;
  static ConvTile of(const Schedule& schedule);
};

// What decides which tiles are legal.
struct TileChoices {
  std::vector<int> blocks;
  std::int64_t products;  // of one output
  DType stored;
  bool image_weights = true;  // whether there is code that reads weights as images
};
// The knobs of ConvTile, as far as the device has registers for its sums.
Tunables conv_tunables(const ConvShape& shape, const TileChoices& choices, const Accelerator& device);

// Work-items of a kind of GPU that run together: a group of fewer leaves lanes idle.
int lanes_of(const Accelerator& device);

// Products of one output that are added up before the sum goes to another one; 0: all of them.
std::int64_t products_of_part(std::int64_t products);

Range conv_range(const ConvShape& shape, const ConvTile& tile, double ns);
// Everything but what tells weights apart.
Macros conv_macros(const KernelRequest& request, const ConvShape& shape, const ConvTile& tile, DType stored);
// How sums of so many products are split into parts.
void add_sums(Macros& macros, Sums sums, std::int64_t products);
// x, what is added, y, weights, bias, and the list of units.
std::vector<Argument> conv_arguments(const Problem& problem, const ConvTile& tile, DType stored, bool listed);
// Elements of the input by which the list of units counts.
std::int64_t list_step(const ConvTile& tile);

// Weights as they are stored: of halves, those of an output channel whose largest is small or above 1 are multiplied by a power of two,
// by whose inverse, in `scales`, its sums are multiplied again. Of floats `scales` is empty.
struct Scaled {
  Tensor weights;
  std::vector<float> scales;
};
Scaled scaled_weights(const Tensor& weights, DType stored);
// The bias with zeros behind it, for whole tiles, and then the scales in the same way.
Bytes packed_bias(std::span<const Tensor* const> constants, std::int64_t channels, std::size_t multiple,
                  const std::vector<float>& scales);

// The share of pairs of output planes and kernel planes that are computed: those that meet the input, for any plane of a work-group.
double planes_met(const ConvShape& shape, std::int64_t planes);

// Time of a launch in which so many units of 4 x 4 products and `blocks` blocks of outputs are computed for each pixel; `listed`: by lists
// of units.
double conv_ns(const Problem& problem, const ConvShape& shape, const ConvTile& tile, double units,
               DType stored, bool listed, const Accelerator& device);

}  // namespace rt3d::kernels::cl
