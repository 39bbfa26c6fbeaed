// Pruned convolution (conv.cl with UNITS): of each tile of output channels, the units of 4 input channels at one kernel position that hold
// anything but zeros, found in the weights when they are packed. The problem's `sparsity` chooses and estimates, it is never trusted. A tile
// is one group of filters, or a part of one, so that nothing is computed that was pruned (Niu et al., RT3D, AAAI 2021, section 3). Knobs as
// in conv_direct.cpp.
#include <algorithm>
#include <cstring>

#include "kernels/cl/conv_parts.h"
#include "kernels/cl/conv_units.h"
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
      const ListedUnits listed = list_units(*constants[1], s, t.blocks * kBlock, in, pool);
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
