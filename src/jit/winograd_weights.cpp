#include "jit/winograd_weights.h"

#include <algorithm>
#include <array>
#include <vector>

namespace rt3d::jit {
namespace {

constexpr std::size_t kMostLanes = 16;

// One number for each of up to 16 output channels.
using Lane = std::array<double, kMostLanes>;

// to[i · to_stride] = Σ_k map(i, k) · from[k · from_stride]
void apply(const LinearMap& map, const Lane* from, std::size_t from_stride, Lane* to, std::size_t to_stride) {
  for (int i = 0; i < map.outputs; ++i, to += to_stride) {
    Lane sum{};
    const Lane* x = from;
    for (int k = 0; k < map.inputs; ++k, x += from_stride) {
      const double m = map.at(i, k);
      if (m == 0) continue;
      for (std::size_t l = 0; l < kMostLanes; ++l) sum[l] += m * (*x)[l];
    }
    *to = sum;
  }
}

// All kernel positions of `lanes` output channels and one input channel, transformed: [d][y][x].
class Transformer {
 public:
  explicit Transformer(const WinogradPlan& plan)
      : plan_(plan),
        kd_(static_cast<std::size_t>(plan.s.kd)),
        k_(static_cast<std::size_t>(plan.s.kh)),
        n_(static_cast<std::size_t>(plan.space->n)) {
    const std::size_t widest = std::max(k_, n_);
    for (std::vector<Lane>* v : {&taps_, &a_, &b_})
      v->resize(std::max(kd_, static_cast<std::size_t>(plan.q)) * widest * widest);
  }

  const Lane* run(const float* weights, std::int64_t oc_stride, int channels) {
    for (std::size_t i = 0; i < kd_ * k_ * k_; ++i) {
      taps_[i] = {};
      for (int l = 0; l < channels; ++l)
        taps_[i][static_cast<std::size_t>(l)] =
            static_cast<double>(weights[l * oc_stride + static_cast<std::int64_t>(i)]);
    }
    const LinearMap& g = plan_.space->kernel;
    for (std::size_t i = 0; i < kd_ * k_; ++i) apply(g, &taps_[i * k_], 1, &a_[i * n_], 1);
    for (std::size_t d = 0; d < kd_; ++d)
      for (std::size_t x = 0; x < n_; ++x) apply(g, &a_[d * k_ * n_ + x], n_, &b_[d * n_ * n_ + x], n_);
    if (plan_.method.t == 1 || plan_.cut.late) return b_.data();
    for (std::size_t p = 0; p < n_ * n_; ++p) apply(plan_.time->kernel, &b_[p], n_ * n_, &a_[p], n_ * n_);
    return a_.data();
  }

 private:
  const WinogradPlan& plan_;
  std::size_t kd_, k_, n_;
  std::vector<Lane> taps_, a_, b_;
};

// Where plane d of a unit begins: a temporal point has panels of its own, a tap in K is one more unit of the same panel.
std::int64_t place_of(const WinogradPlan& plan, std::int64_t point, std::int64_t d, std::int64_t panel,
                      std::int64_t icb) {
  const std::int64_t unit = plan.lanes * plan.panel_vecs(panel) * plan.lanes;
  const std::int64_t start = point * plan.stored_planes() * plan.point_floats;
  if (plan.cut.late)
    return start + panel * plan.s.kd * plan.panel_floats + d * plan.floats_of(panel) + icb * unit;
  if (plan.method.t > 1) return start + d * plan.point_floats + panel * plan.panel_floats + icb * unit;
  return start + panel * plan.panel_floats + (icb * plan.taps + d) * unit;
}

}  // namespace

void pack_winograd_weights(const WinogradPlan& plan, const Tensor& weights, float* to, ThreadPool& pool) {
  const Tensor w = weights.aligned_copy();
  const float* source = w.values<float>().data();
  const kernels::ConvShape& s = plan.s;
  const std::int64_t positions = s.kernel_positions(), lanes = plan.lanes;
  // Kernel planes, or temporal points.
  const std::int64_t planes = plan.cut.late ? s.kd : plan.taps * plan.q;
  pool.run(plan.icb * plan.panels, [&](std::int64_t job, int) {
    Transformer transformer(plan);
    const std::int64_t icb = job % plan.icb, panel = job / plan.icb;
    const std::int64_t width = plan.panel_vecs(panel) * lanes, oc0 = panel * plan.cut.vecs * lanes;
    for (std::int64_t k = 0; k < lanes; ++k) {
      const std::int64_t ic = icb * lanes + k;
      for (std::int64_t v = 0; v < width; v += lanes) {
        const auto channels = static_cast<int>(std::clamp<std::int64_t>(s.oc - oc0 - v, 0, lanes));
        const bool none = ic >= s.ic || channels == 0;
        const Lane* values =
            none ? nullptr
                 : transformer.run(source + ((oc0 + v) * s.ic + ic) * positions, s.ic * positions, channels);
        for (int p = 0; p < plan.points; ++p)
          for (std::int64_t d = 0; d < planes; ++d) {
            float* cell = to + place_of(plan, p, d, panel, icb) + k * width + v;
            for (std::int64_t l = 0; l < lanes; ++l)
              cell[l] =
                  none ? 0.0f : static_cast<float>(values[d * plan.points + p][static_cast<std::size_t>(l)]);
          }
      }
    }
  });
}

}  // namespace rt3d::jit
