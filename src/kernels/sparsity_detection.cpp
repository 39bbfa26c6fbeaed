#include "kernels/sparsity_detection.h"

#include <algorithm>
#include <cmath>

namespace rt3d::kernels {
namespace {

constexpr double kWorthwhile = 0.1;  // removed: with less, no sparse code is faster than dense code
constexpr double kExplained =
    0.9;  // of the zeros, by the units of the smallest group; and of those, by a larger group's
constexpr int kOutputGroups[] = {32, 16, 8, 4};
constexpr int kInputGroups[] = {8, 4, 1};

double removed_share(const Pattern& pattern) {
  return 1 - static_cast<double>(pattern.kept_weights()) /
                 static_cast<double>(std::max<std::int64_t>(1, pattern.weights()));
}

bool whole_kernels(const Pattern& pattern) {
  for (std::int64_t o = 0; o < pattern.oc_groups(); ++o)
    for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
      for (std::int64_t p = 1; p < pattern.positions(); ++p)
        if (pattern.kept(o, i, p) != pattern.kept(o, i, 0)) return false;
  return true;
}

// The pattern at a group of which `fine`'s group is a part.
Pattern coarser(const Pattern& fine, const Shape& weights, int gm, int gn) {
  Pattern pattern(weights, gm, gn);
  const int m = gm / fine.gm(), n = gn / fine.gn();
  for (std::int64_t o = 0; o < pattern.oc_groups(); ++o)
    for (std::int64_t i = 0; i < pattern.ic_groups(); ++i)
      for (std::int64_t p = 0; p < pattern.positions(); ++p) {
        bool kept = false;
        for (std::int64_t fo = o * m; fo < std::min(fine.oc_groups(), (o + 1) * m); ++fo)
          for (std::int64_t fi = i * n; fi < std::min(fine.ic_groups(), (i + 1) * n); ++fi)
            kept = kept || fine.kept(fo, fi, p);
        pattern.set(o, i, p, kept);
      }
  return pattern;
}

}  // namespace

SparsityReport detect_sparsity(const Tensor& tensor, ThreadPool* pool) {
  SparsityReport report;
  if (tensor.dtype() != DType::f32 || tensor.shape().rank() < 2 || tensor.elements() == 0) return report;
  const Tensor weights = tensor.aligned_copy();
  const auto values = weights.values<float>();
  const auto zeros = std::count(values.begin(), values.end(), 0.0f);
  report.zeros = static_cast<double>(zeros) / static_cast<double>(values.size());
  if (report.zeros < kWorthwhile) return report;
  const Pattern fine = pattern_of(weights, 4, 1, pool);
  const double most = removed_share(fine);
  report.removed = most;
  if (most < kWorthwhile || most < kExplained * report.zeros) return report;
  for (int gm : kOutputGroups)
    for (int gn : kInputGroups) {
      const Pattern pattern = coarser(fine, weights.shape(), gm, gn);
      const double removed = removed_share(pattern);
      if (removed < kExplained * most) continue;
      report.removed = removed;
      report.sparsity = {whole_kernels(pattern) ? Scheme::vanilla : Scheme::kgs, gm, gn,
                         std::clamp(static_cast<int>(std::lround(100 * (1 - removed))), 1, 99)};
      return report;
    }
  return report;
}

}  // namespace rt3d::kernels
