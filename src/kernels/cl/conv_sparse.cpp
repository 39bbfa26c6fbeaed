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

// Tiles of as many output channels as the group has, or of parts of it.
std::vector<int> block_choices(const Sparsity& sparsity) {
  std::vector<int> choices;
  for (int blocks : {1, 2, 4})
    if (sparsity.gm % (blocks * kBlock) == 0) choices.push_back(blocks);
  return choices;
}

// Of one output that is computed, at least so many: groups may keep more than the mean.
std::int64_t products(const Problem& p) {
  const ConvShape s = conv_shape(p);
  return static_cast<std::int64_t>(static_cast<double>(s.ic * s.kernel_positions()) * sparsity_of(p)->kept());
}

// What the kernel reads: of each tile and kernel plane four numbers, then distances, those of each plane from an even place on.
std::vector<std::int32_t> kernel_list(const ListedUnits& listed, std::int64_t tiles, std::int64_t kd) {
  const auto begins = static_cast<std::size_t>(tiles * (kd + 1));
  std::vector<std::int32_t> table, distances;
  const auto head = static_cast<std::int32_t>(tiles * kd * 4);
  for (std::size_t at = 0; at < begins; ++at) {
    if (at % static_cast<std::size_t>(kd + 1) == static_cast<std::size_t>(kd))
      continue;  // behind a tile's last plane
    const std::int32_t first = listed.numbers[at], last = listed.numbers[at + 1];
    table.insert(table.end(), {first, last - first, head + static_cast<std::int32_t>(distances.size()), 0});
    for (std::int32_t u = first; u < last; ++u)
      distances.push_back(listed.numbers[begins + static_cast<std::size_t>(u)]);
    if (distances.size() % 2 != 0) distances.push_back(0);
  }
  table.insert(table.end(), distances.begin(), distances.end());
  return table;
}

class ConvSparse final : public ClFamily {
 public:
  ConvSparse(std::string_view id, DType stored) : ClFamily(id, 2, stored) {}

  Traits traits() const override {
    return {.leaves_zeros = true, .half_inputs = halves(), .half_weights = halves()};
  }
  bool computes(const Problem& p, const Accelerator&) const override {
    if (!p.attributes.has(kSparsityAttribute) || !is_plain_conv(p) || conv_shape(p).g != 1) return false;
    return !block_choices(*sparsity_of(p)).empty();
  }
  Ports ports(const Problem& p, const Target&) const override {
    return conv_ports(p, conv_shape(p), stored());
  }
  Tunables tunables(const Problem& p, const Target& target) const override {
    return conv_tunables(conv_shape(p), {block_choices(*sparsity_of(p)), products(p), stored(), true},
                         *target.device.accelerator);
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    const ConvTile t = ConvTile::of(schedule);
    const std::int64_t tiles = ceil_div(s.oc, t.blocks * kBlock);
    const double units =
        static_cast<double>(tiles * blocks(s.ic, kBlock) * s.kernel_positions()) * sparsity_of(p)->kept();
    return conv_ns(p, s, t, units, stored(), true, *target.device.accelerator);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = conv_shape(p);
    const std::int64_t width = ConvTile::of(schedule).blocks * kBlock;
    const double units =
        static_cast<double>(ceil_div(s.oc, width) * blocks(s.ic, kBlock) * s.kernel_positions());
    return static_cast<std::int64_t>(units * sparsity_of(p)->kept() *
                                     (static_cast<double>(kBlock * width) * stored_bytes() + 4));
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule&,
                                             const Target&) const override {
    return static_cast<std::int64_t>(static_cast<double>(useful_multiply_accumulates(p)) *
                                     sparsity_of(p)->kept());
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = conv_shape(r.problem);
    const ConvTile t = ConvTile::of(r.schedule);
    Macros macros = conv_macros(r, s, t, stored());
    macros.flag("UNITS");
    add_sums(macros, t.sums, products(r.problem), 2 * kBlock);
    Recipe recipe = new_recipe(r.problem);
    recipe.launches.push_back({{kConv, macros.text(), "conv"},
                               conv_range(s, t, estimate_ns(r.problem, r.schedule, r.target)),
                               conv_arguments(r.problem, true)});
    recipe.pack = [s, t, in = r.inputs[0], stored = stored()](std::span<const Tensor* const> constants,
                                                              ThreadPool& pool) {
      const Scaled scaled = scaled_weights(*constants[1], stored);
      const std::int64_t width = t.blocks * kBlock;
      const ListedUnits listed = list_units(scaled.weights, s, width, in, pool);
      const std::vector<std::int32_t> list = kernel_list(listed, ceil_div(s.oc, width), s.kd);
      Bytes numbers(list.size() * sizeof(std::int32_t));
      std::memcpy(numbers.data(), list.data(), numbers.size());
      return std::vector<Bytes>{packed_values(listed.weights, 1, stored),
                                packed_bias(constants, s.oc, static_cast<std::size_t>(width), scaled.scales),
                                std::move(numbers)};
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& conv_sparse() {
  static const ConvSparse family("conv.sparse.cl", DType::f32);
  return family;
}

const KernelFamily& conv_sparse_f16() {
  static const ConvSparse family("conv.sparse_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
