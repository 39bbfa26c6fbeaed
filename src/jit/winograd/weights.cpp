#include "jit/winograd/weights.h"

#include <algorithm>
#include <optional>

namespace rt3d::jit {
namespace {

using kernels::WinogradWeightTransformer;
using Lane = WinogradWeightTransformer::Lane;

// One thread's packing of one input channel of one panel at a time.
class Packer {
 public:
  Packer(const WinogradPlan& plan, const WinogradUnits& units, const float* weights, const float* transformed,
         float* to)
      : plan_(plan),
        units_(units),
        weights_(weights),
        transformed_(transformed),
        to_(to),
        planes_(plan.cut.late ? plan.s.kd : plan.taps * plan.q),
        transformer_(*plan.time, *plan.space, plan.s, plan.method.t > 1 && !plan.cut.late),
        values_(transformed ? static_cast<std::size_t>(planes_ * plan.points) : 0) {}

  void channel(std::int64_t panel, std::int64_t ic) {
    const std::int64_t group = ic / plan_.cut.depth, lanes = plan_.lanes;
    if (!used(panel, group)) return;
    for (int v = 0; v < plan_.panel_vecs(panel); ++v) {
      const std::int64_t oc = (panel * plan_.cut.vecs + v) * lanes;
      const auto channels = static_cast<int>(std::clamp<std::int64_t>(plan_.s.oc - oc, 0, lanes));
      const Lane* values = ic < plan_.s.ic && channels > 0 ? values_of(oc, ic, channels) : nullptr;
      for (std::int64_t p = 0; p < plan_.points; ++p)
        for (std::int64_t d = 0; d < planes_; ++d) {
          float* cell = cell_of(p, d, panel, ic, v);
          if (!cell) continue;
          for (std::int64_t l = 0; l < lanes; ++l)
            cell[l] =
                values ? static_cast<float>(values[d * plan_.points + p][static_cast<std::size_t>(l)]) : 0.0f;
        }
    }
  }

 private:
  bool used(std::int64_t panel, std::int64_t group) const {
    for (std::int64_t p = 0; p < plan_.points; ++p)
      for (std::int64_t d = 0; d < planes_; ++d)
        if (units_.slot(list_of(p, d, panel), unit_of(group, d)) >= 0) return true;
    return false;
  }

  // Of plane d: a temporal point has a list of its own, a tap in K is a unit, late planes share both.
  const WinogradUnits::List& list_of(std::int64_t p, std::int64_t d, std::int64_t panel) const {
    return units_.list(p, plan_.list_planes() > 1 ? d : 0, panel);
  }
  std::int64_t unit_of(std::int64_t group, std::int64_t d) const {
    return group * plan_.taps + (plan_.taps > 1 ? d : 0);
  }

  float* cell_of(std::int64_t p, std::int64_t d, std::int64_t panel, std::int64_t ic, int v) const {
    const WinogradUnits::List& list = list_of(p, d, panel);
    const int slot = units_.slot(list, unit_of(ic / plan_.cut.depth, d));
    if (slot < 0) return nullptr;
    const std::int64_t vector = (slot * plan_.cut.depth + ic % plan_.cut.depth) * plan_.panel_vecs(panel) + v;
    return to_ + list.at + (plan_.cut.late ? vector * plan_.s.kd + d : vector) * plan_.lanes;
  }

  const Lane* values_of(std::int64_t oc, std::int64_t ic, int channels) {
    const std::int64_t first = oc * plan_.s.ic + ic;
    if (!transformed_) {
      const std::int64_t positions = plan_.s.kernel_positions();
      return transformer_.run(weights_ + first * positions, plan_.s.ic * positions, channels);
    }
    const std::int64_t points = planes_ * plan_.points;
    for (std::int64_t i = 0; i < points; ++i)
      for (int l = 0; l < channels; ++l)
        values_[static_cast<std::size_t>(i)][static_cast<std::size_t>(l)] =
            static_cast<double>(transformed_[(first + l * plan_.s.ic) * points + i]);
    for (std::size_t i = 0; i < values_.size(); ++i)
      std::fill(values_[i].begin() + channels, values_[i].end(), 0.0);
    return values_.data();
  }

  const WinogradPlan& plan_;
  const WinogradUnits& units_;
  const float *weights_, *transformed_;
  float* to_;
  std::int64_t planes_;
  WinogradWeightTransformer transformer_;
  std::vector<Lane> values_;
};

}  // namespace

void pack_winograd_weights(const WinogradPlan& plan, const WinogradUnits& units, const Tensor& weights,
                           const Tensor* transformed, float* to, ThreadPool& pool) {
  const Tensor w = weights.aligned_copy();
  const Tensor u = transformed ? transformed->aligned_copy() : Tensor();
  pool.run(plan.unit_groups * plan.panels, [&](std::int64_t job, int) {
    Packer packer(plan, units, w.values<float>().data(), transformed ? u.values<float>().data() : nullptr,
                  to);
    const std::int64_t group = job % plan.unit_groups, panel = job / plan.unit_groups;
    for (std::int64_t k = 0; k < plan.cut.depth; ++k) packer.channel(panel, group * plan.cut.depth + k);
  });
}

}  // namespace rt3d::jit
