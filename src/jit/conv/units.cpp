#include "jit/conv/units.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Taps;

std::pair<std::int64_t, int> input_blocks(const ConvShape& s, int block, std::int64_t first,
                                          std::int64_t end) {
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g;
  const std::int64_t ic_first = first / ocg * icg / block;
  return {ic_first, static_cast<int>((((end - 1) / ocg + 1) * icg - 1) / block + 1 - ic_first)};
}

std::vector<std::vector<KernelUnit>> dense_units(const ConvGeometry& g, const DenseCut& cut, int chunk,
                                                 std::int64_t unit_bytes) {
  const ConvShape& s = g.s;
  std::vector<std::vector<KernelUnit>> chunks;
  std::int64_t w = 0;
  for (int icb = 0; icb < cut.ic_blocks; ++icb) {
    if (icb % chunk == 0) chunks.emplace_back();
    for (int kd = 0; kd < s.kd; ++kd)
      for (int kh = 0; kh < s.kh; ++kh)
        for (int i = 0; i < cut.parts * s.kw; ++i, w += unit_bytes) {
          const std::int64_t part = i / s.kw, kw = i % s.kw;
          const std::int64_t a = icb * g.in.c + kd * s.dd * g.in.d + kh * s.dh * g.in.h +
                                 kw * s.dw * g.in.block + part * cut.depth;
          chunks.back().push_back({kd, kh, {static_cast<std::int32_t>(a * 4), static_cast<std::int32_t>(w)}});
        }
  }
  return chunks;
}

UnitTable::UnitTable(const std::vector<Taps>& d_classes, const std::vector<Taps>& h_classes,
                     const std::vector<std::vector<KernelUnit>>& chunks)
    : chunks_(static_cast<int>(chunks.size())), h_classes_(static_cast<int>(h_classes.size())) {
  for (const std::vector<KernelUnit>& chunk : chunks)
    weights_.push_back({chunk.empty() ? 0 : chunk.front().unit.w, static_cast<std::int64_t>(chunk.size())});
  const auto meets = [](int k, const Taps& taps) { return k >= taps.first && k < taps.last; };
  for (const Taps& d : d_classes)
    for (const Taps& h : h_classes)
      for (const std::vector<KernelUnit>& chunk : chunks) {
        const auto first = static_cast<std::uint32_t>(units_.size());
        for (const KernelUnit& u : chunk)
          if (meets(u.kd, d) && meets(u.kh, h)) units_.push_back(u.unit);
        ranges_.push_back({first, static_cast<std::uint32_t>(units_.size()) - first});
      }
  units_.insert(units_.end(), kUnitsAhead, Unit{0, 0});
  units_.shrink_to_fit();
}

}  // namespace rt3d::jit
