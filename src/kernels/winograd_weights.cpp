#include "kernels/winograd_weights.h"

#include <algorithm>

#include "base/error.h"

namespace rt3d::kernels {
namespace {

using Lane = WinogradWeightTransformer::Lane;

// to[i · to_stride] = Σ_k map(i, k) · from[k · from_stride]
void apply(const LinearMap& map, const Lane* from, std::size_t from_stride, Lane* to, std::size_t to_stride) {
  for (int i = 0; i < map.outputs; ++i, to += to_stride) {
    Lane sum{};
    const Lane* x = from;
    for (int k = 0; k < map.inputs; ++k, x += from_stride) {
      const double m = map.at(i, k);
      if (m == 0) continue;
      for (std::size_t l = 0; l < sum.size(); ++l) sum[l] += m * (*x)[l];
    }
    *to = sum;
  }
}

}  // namespace

const WinogradTransform& time_transform(const ConvShape& s, const WinogradTile& tile) {
  return tile.t > 1 ? winograd_transform(tile.t, s.kd, s.sd) : no_transform();
}
const WinogradTransform& space_transform(const ConvShape& s, const WinogradTile& tile) {
  return tile.s > 1 ? winograd_transform(tile.s, s.kh, s.sh) : no_transform();
}

WinogradWeightTransformer::WinogradWeightTransformer(const WinogradTransform& time,
                                                     const WinogradTransform& space, const ConvShape& s,
                                                     bool along_depth)
    : time_(&time.kernel),
      space_(&space.kernel),
      along_depth_(along_depth),
      kd_(static_cast<std::size_t>(s.kd)),
      k_(static_cast<std::size_t>(s.kh)),
      n_(static_cast<std::size_t>(space.n)) {
  const std::size_t widest = std::max(k_, n_), planes = std::max(kd_, static_cast<std::size_t>(time.n));
  for (std::vector<Lane>* v : {&taps_, &a_, &b_}) v->resize(planes * widest * widest);
}

const Lane* WinogradWeightTransformer::run(const float* weights, std::int64_t oc_stride, int channels) {
  for (std::size_t i = 0; i < kd_ * k_ * k_; ++i) {
    taps_[i] = {};
    for (int l = 0; l < channels; ++l)
      taps_[i][static_cast<std::size_t>(l)] =
          static_cast<double>(weights[l * oc_stride + static_cast<std::int64_t>(i)]);
  }
  for (std::size_t i = 0; i < kd_ * k_; ++i) apply(*space_, &taps_[i * k_], 1, &a_[i * n_], 1);
  for (std::size_t d = 0; d < kd_; ++d)
    for (std::size_t x = 0; x < n_; ++x) apply(*space_, &a_[d * k_ * n_ + x], n_, &b_[d * n_ * n_ + x], n_);
  if (!along_depth_) return b_.data();
  for (std::size_t p = 0; p < n_ * n_; ++p) apply(*time_, &b_[p], n_ * n_, &a_[p], n_ * n_);
  return a_.data();
}

Tensor winograd_weights(const Tensor& tensor, const WinogradTile& tile,
                        const std::array<std::int64_t, 3>& strides, ThreadPool* pool) {
  const auto shape = winograd_weight_shape(tensor.shape(), tile, strides);
  if (!shape || tensor.dtype() != DType::f32)
    fail(Code::invalid_argument, "weights ", tensor.shape().text(), " of ", dtype_name(tensor.dtype()),
         " with strides ", strides[0], "x", strides[1], "x", strides[2], " have no transform ", tile.text(),
         "; kernels of f32 with 3 taps along each transformed axis have one");
  const Tensor weights = tensor.aligned_copy();
  const int rank = tensor.shape().rank();
  ConvShape s;
  s.kd = rank == 5 ? tensor.shape()[2] : 1;
  s.kh = s.kw = tensor.shape()[rank - 1];
  s.sd = strides[0];
  s.sh = s.sw = strides[1];
  const WinogradTransform &time = time_transform(s, tile), &space = space_transform(s, tile);
  const std::int64_t oc = (*shape)[0], ic = (*shape)[1], positions = s.kernel_positions();
  const std::int64_t points = shape->elements(2, 5);
  Tensor out = Tensor::allocate({DType::f32, *shape});
  const float* from = weights.values<float>().data();
  float* to = out.mutable_values<float>().data();
  constexpr auto kChannels = static_cast<std::int64_t>(WinogradWeightTransformer::kChannels);
  const auto some = [&](std::int64_t job, int) {
    WinogradWeightTransformer transformer(time, space, s, tile.t > 1);
    const std::int64_t first = job * kChannels;
    const auto channels = static_cast<int>(std::min(kChannels, oc - first));
    for (std::int64_t i = 0; i < ic; ++i) {
      const Lane* values = transformer.run(from + (first * ic + i) * positions, ic * positions, channels);
      for (int l = 0; l < channels; ++l)
        for (std::int64_t p = 0; p < points; ++p)
          to[((first + l) * ic + i) * points + p] =
              static_cast<float>(values[p][static_cast<std::size_t>(l)]);
    }
  };
  const std::int64_t jobs = (oc + kChannels - 1) / kChannels;
  if (pool)
    pool->run(jobs, some);
  else
    for (std::int64_t job = 0; job < jobs; ++job) some(job, 0);
  return out;
}

}  // namespace rt3d::kernels
