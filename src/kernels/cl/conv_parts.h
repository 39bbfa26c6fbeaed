// What the convolutions of this folder share: tiles, compile-time options, epilogues.
#pragma once

#include "kernels/cl/family.h"

namespace rt3d::kernels::cl {

// Conv in the normal form with constant weights and bias, of floats, and not so large that 32 bits do not reach.
bool is_plain_conv(const Problem& problem);
// Halo of the input that windows reach into, in front and behind.
Ports conv_ports(const Problem& problem, const ConvShape& shape);

// How a work-item's tile and work-groups are told: rows of pixels, blocks of four output channels, and work-items of a group along
// columns and along tiles of output channels.
struct ConvTile {
  std::int64_t rows, blocks, wide, deep;
  static ConvTile of(const Schedule& schedule);
};
// Adds the knobs of ConvTile: `most_sums` accumulators of four fit a work-item; `blocks` are those that may be.
Tunables conv_tunables(const ConvShape& shape, const std::vector<int>& blocks, int most_sums, const Accelerator& device);

Range conv_range(const ConvShape& shape, const ConvTile& tile, double ns);
// Everything but what tells weights apart.
Macros conv_macros(const KernelRequest& request, const ConvShape& shape, const ConvTile& tile);
// x, what is added, y, weights, bias, and the list of units.
std::vector<Argument> conv_arguments(const Problem& problem, bool listed);
// The bias with zeros behind it, for whole tiles.
Bytes packed_bias(std::span<const Tensor* const> constants, std::int64_t channels, std::size_t multiple);

// Time of a launch in which so many units of 4 x 4 products and `blocks` blocks of outputs are computed for each pixel.
double conv_ns(const Problem& problem, const ConvShape& shape, const ConvTile& tile, double units, const Accelerator& device);

}  // namespace rt3d::kernels::cl
