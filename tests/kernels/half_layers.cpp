#include "kernels/half_layers.h"

#include <cmath>

#include "base/checksum.h"
#include "base/random.h"

namespace rt3d::tests {
namespace {

using kernels::Problem;

constexpr const char* kLayers[] = {
    "Conv 1x3x4x16x16,c16x3x3x7x7,c16 -> 1x16x4x8x8 act=relu dilations=1x1x1 group=1 pads=1x3x3x1x3x3 "
    "strides=1x2x2",
    "Conv 1x64x4x14x14,c32x64x3x3x3,c32 -> 1x32x4x14x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "strides=1x1x1",
    "Conv 1x256x2x7x7,c24x256x3x3x3,c24 -> 1x24x2x7x7 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "strides=1x1x1",
    "Conv 1x480x2x7x7,c64x480x1x1x1,c64 -> 1x64x2x7x7 act=relu dilations=1x1x1 group=1 pads=0x0x0x0x0x0 "
    "strides=1x1x1",
    "Gemm 1x4096,c100x4096,c100 -> 1x100"};

}  // namespace

std::span<const char* const> half_layers() { return kLayers; }

std::vector<Tensor> trained_like(const Problem& p) {
  Random random(checksum64(p.text()));
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    inputs.push_back(p.inputs[i].absent ? Tensor() : Tensor::allocate(p.inputs[i].desc));
    if (p.inputs[i].absent) continue;
    const Shape& w = p.input_shape(1);
    const std::int64_t products = w.elements() / w[0];  // of an output
    const double scale = i == 1 ? std::sqrt(2.0 / static_cast<double>(products)) : i == 2 ? 0.1 : 1;
    for (float& v : inputs.back().mutable_values<float>()) {
      const double x = static_cast<double>(random.normal()) * scale;
      v = static_cast<float>(p.inputs[i].constant ? x : std::fmax(x, 0));
    }
  }
  return inputs;
}

double relative_error(const Tensor& got, const Tensor& want) {
  double worst = 0, largest = 1e-30;
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i) {
    const double w = static_cast<double>(want.values<float>()[i]);
    const double apart = std::fabs(static_cast<double>(got.values<float>()[i]) - w);
    worst = std::isnan(apart) ? 1e30 : std::fmax(worst, apart);
    largest = std::fmax(largest, std::fabs(w));
  }
  return worst / largest;
}

}  // namespace rt3d::tests
