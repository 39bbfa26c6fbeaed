// Convolution of each channel by itself (depthwise.cl). Knobs: rows, and the work-items of a group as in conv_direct.cpp.
#include <algorithm>

#include "kernels/cl/conv_parts.h"
#include "kernels/cl/families.h"
#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {
namespace {

Bytes pack(const Tensor& weights, const ConvShape& s, DType stored) {
  const std::span<const float> from = weights.values<float>();
  const std::int64_t positions = s.kernel_positions();
  std::vector<float> packed(static_cast<std::size_t>(blocks(s.oc, kBlock) * positions * kBlock));
  for (std::int64_t c = 0; c < s.oc; ++c)
    for (std::int64_t k = 0; k < positions; ++k)
      packed[static_cast<std::size_t>((c / kBlock * positions + k) * kBlock + c % kBlock)] =
          from[static_cast<std::size_t>(c * positions + k)];
  return packed_values(packed, 1, stored);
}

class ConvDepthwise final : public ClFamily {
 public:
  ConvDepthwise(std::string_view id, DType stored) : ClFamily(id, 2, stored) {}

  bool computes(const Problem& p, const Accelerator&) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = conv_shape(p);
    return s.g > 1 && s.g == s.ic && s.ic == s.oc;
  }
  Ports ports(const Problem& p, const Target&) const override {
    return conv_ports(p, conv_shape(p), stored());
  }
  Tunables tunables(const Problem& p, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    return conv_tunables(s, {{1}, s.kernel_positions(), stored()}, *target.device.accelerator);
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = conv_shape(p);
    const double units = static_cast<double>(blocks(s.oc, kBlock) * s.kernel_positions()) / 4;
    return conv_ns(p, s, ConvTile::of(schedule), units, stored(), false, *target.device.accelerator);
  }
  Recipe recipe(const KernelRequest& r) const override {
    const ConvShape s = conv_shape(r.problem);
    const ConvTile t = ConvTile::of(r.schedule);
    Macros macros = conv_macros(r, s, t, stored());
    if (t.sums != Sums::floats) macros.flag("HALF_SUMS");
    Recipe recipe = new_recipe(r.problem);
    recipe.launches.push_back({{kDepthwise, macros.text(), "depthwise"},
                               conv_range(s, t, estimate_ns(r.problem, r.schedule, r.target)),
                               conv_arguments(r.problem, false)});
    recipe.pack = [s, stored = stored()](std::span<const Tensor* const> constants, ThreadPool&) {
      const Scaled scaled = scaled_weights(*constants[1], stored);
      return std::vector<Bytes>{pack(scaled.weights, s, stored),
                                packed_bias(constants, s.oc, kBlock, scaled.scales)};
    };
    return recipe;
  }
};

}  // namespace

const KernelFamily& conv_depthwise() {
  static const ConvDepthwise family("conv.depthwise.cl", DType::f32);
  return family;
}

const KernelFamily& conv_depthwise_f16() {
  static const ConvDepthwise family("conv.depthwise_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
