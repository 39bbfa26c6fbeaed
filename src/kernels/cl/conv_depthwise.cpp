// Convolution of each channel by itself (conv.cl with DEPTHWISE). Knobs as in conv_direct.cpp, but for blocks.
#include "kernels/cl/conv_family.h"
#include "kernels/cl/families.h"

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

class ConvDepthwise final : public ConvFamily {
 public:
  using ConvFamily::ConvFamily;

  bool computes(const Problem& p, const Accelerator&) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = conv_shape(p);
    return s.g > 1 && s.g == s.ic && s.ic == s.oc;
  }

 protected:
  TileChoices choices(const Problem& p) const override {
    return {{1}, conv_shape(p).kernel_positions(), stored(), false};
  }
  double units(const Problem& p, const ConvTile&) const override {
    const ConvShape s = conv_shape(p);
    return static_cast<double>(blocks(s.oc, kBlock) * s.kernel_positions()) / 4;
  }
  bool listed() const override { return false; }
  std::vector<Bytes> packed(const Tensor& weights, const ConvShape& s, const ConvTile&, const Placement&,
                            ThreadPool&) const override {
    return {pack(weights, s, stored())};
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
