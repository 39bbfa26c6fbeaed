#include "kernels/promises.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;

// Outputs [first, last) along one dimension whose tiles' windows hold input i.
std::pair<std::int64_t, std::int64_t> reached(std::int64_t i, std::int64_t tile, std::int64_t out,
                                              std::int64_t stride, std::int64_t pad, std::int64_t dilation,
                                              std::int64_t kernel) {
  const std::int64_t step = tile * stride, window = (tile - 1) * stride + (kernel - 1) * dilation;
  const std::int64_t first = (std::max<std::int64_t>(0, i + pad - window) + step - 1) / step;
  return {std::min(out, first * tile), std::min(out, ((i + pad) / step + 1) * tile)};
}

void spread(std::vector<float>& values, std::int64_t count, std::int64_t stride, std::int64_t tile) {
  const std::vector<float> from = values;
  const auto size = static_cast<std::int64_t>(values.size());
  for (std::int64_t at = 0; at < size; ++at) {
    const std::int64_t i = at / stride % count, first = i / tile * tile - tile;
    for (std::int64_t k = std::max<std::int64_t>(0, first); k < std::min(count, first + 3 * tile); ++k)
      values[static_cast<std::size_t>(at)] = std::max(values[static_cast<std::size_t>(at)],
                                                      from[static_cast<std::size_t>(at + (k - i) * stride)]);
  }
}
}  // namespace

Promise promise(const KernelFamily& family, const Problem& p) {
  const kernels::Traits traits = family.traits();
  Promise promise;
  promise.leaves_zeros = traits.leaves_zeros;
  promise.halves = traits.half_inputs;
  promise.tile = traits.winograd;
  promise.groups_share = traits.groups_share && p.attributes.integer("group", 1) > 1;
  promise.error = traits.half_inputs ? 5e-3 : traits.half_weights ? 1e-3 : promise.tile ? 2e-6 : 1e-6;
  return promise;
}

Promise promise(const KernelFamily& family, const Problem& p, const kernels::Schedule& s,
                const kernels::Target& target) {
  Promise promised = promise(family, p);
  promised.stored_halves = family.ports(p, target).outputs.at(0).dtype == DType::f16;
  if (!promised.stored_halves) return promised;
  promised.halves = false;
  promised.half_sums = s.get("sums", 0) != 0;
  promised.error = promised.half_sums ? 5e-3 : family.traits().half_weights ? 1e-3 : 1e-6;
  return promised;
}

Region::Region(const Problem& p, const Promise& promise) : s_(kernels::conv_shape(p)) {
  if (!promise.tile) return;
  t_ = promise.tile->t;
  h_ = s_.kh > 1 || s_.oh > 1 ? promise.tile->s : 1;
  w_ = promise.tile->s;
}

std::vector<bool> Region::not_finite(const Tensor& x) const {
  std::vector<bool> marks(static_cast<std::size_t>(s_.n * s_.od * s_.oh * s_.ow), false);
  const auto values = x.values<float>();
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (std::isfinite(values[at])) continue;
    const auto i = static_cast<std::int64_t>(at);
    const std::int64_t iw = i % s_.iw, ih = i / s_.iw % s_.ih, id = i / s_.iw / s_.ih % s_.id;
    const std::int64_t n = i / s_.iw / s_.ih / s_.id / s_.ic;
    const auto [d0, d1] = reached(id, t_, s_.od, s_.sd, s_.pd, s_.dd, s_.kd);
    const auto [h0, h1] = reached(ih, h_, s_.oh, s_.sh, s_.ph, s_.dh, s_.kh);
    const auto [w0, w1] = reached(iw, w_, s_.ow, s_.sw, s_.pw, s_.dw, s_.kw);
    for (std::int64_t od = d0; od < d1; ++od)
      for (std::int64_t oh = h0; oh < h1; ++oh)
        for (std::int64_t ow = w0; ow < w1; ++ow)
          marks[static_cast<std::size_t>(((n * s_.od + od) * s_.oh + oh) * s_.ow + ow)] = true;
  }
  return marks;
}

std::vector<float> Region::largest(const Tensor& magnitudes) const {
  std::vector<float> most(static_cast<std::size_t>(s_.n * s_.od * s_.oh * s_.ow), 0);
  const auto values = magnitudes.values<float>();
  const std::int64_t plane = s_.od * s_.oh * s_.ow;
  for (std::size_t at = 0; at < values.size(); ++at) {
    const auto i = static_cast<std::int64_t>(at);
    const auto to = static_cast<std::size_t>(i / plane / s_.oc * plane + i % plane);
    most[to] = std::max(most[to], values[at]);
  }
  spread(most, s_.od, s_.oh * s_.ow, t_);
  spread(most, s_.oh, s_.ow, h_);
  spread(most, s_.ow, 1, w_);
  return most;
}
std::size_t Region::index(std::size_t at) const {
  const std::int64_t plane = s_.od * s_.oh * s_.ow, i = static_cast<std::int64_t>(at);
  return static_cast<std::size_t>(i / plane / s_.oc * plane + i % plane);
}
}  // namespace rt3d::tests
