#include "jit/winograd_weights.h"

#include <algorithm>

namespace rt3d::jit {
namespace {

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
    kernels::WinogradWeightTransformer transformer(*plan.time, *plan.space, s,
                                                   plan.method.t > 1 && !plan.cut.late);
    const std::int64_t icb = job % plan.icb, panel = job / plan.icb;
    const std::int64_t width = plan.panel_vecs(panel) * lanes, oc0 = panel * plan.cut.vecs * lanes;
    for (std::int64_t k = 0; k < lanes; ++k) {
      const std::int64_t ic = icb * lanes + k;
      for (std::int64_t v = 0; v < width; v += lanes) {
        const auto channels = static_cast<int>(std::clamp<std::int64_t>(s.oc - oc0 - v, 0, lanes));
        const bool none = ic >= s.ic || channels == 0;
        const kernels::WinogradWeightTransformer::Lane* values =
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
