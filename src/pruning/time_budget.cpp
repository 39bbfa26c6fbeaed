#include "pruning/time_budget.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.h"

namespace rt3d::pruning {

namespace {

constexpr std::size_t kTicks = 10000;  // of the time that there is
constexpr double kImpossible = std::numeric_limits<double>::infinity();

// Rounded up, so that what is chosen fits.
std::size_t ticks_of(double ns, double all) {
  const double ticks = std::ceil(ns / all * static_cast<double>(kTicks) - 1e-9);
  return ticks > static_cast<double>(kTicks) ? kTicks + 1 : static_cast<std::size_t>(std::max(0.0, ticks));
}

}  // namespace

std::vector<std::size_t> choose_options(std::span<const std::vector<TimedOption>> layers, double ns) {
  if (!(ns > 0)) return {};
  // After each layer, by ticks spent at most: the least loss; and the option of that layer which gives it.
  std::vector<double> least(kTicks + 1, 0.0);
  std::vector<std::vector<std::uint32_t>> taken;
  for (const std::vector<TimedOption>& options : layers) {
    std::vector<double> next(kTicks + 1, kImpossible);
    std::vector<std::uint32_t>& option = taken.emplace_back(kTicks + 1, 0);
    for (std::size_t o = 0; o < options.size(); ++o) {
      const std::size_t cost = ticks_of(options[o].ns, ns);
      for (std::size_t spent = cost; spent <= kTicks; ++spent)
        if (const double loss = least[spent - cost] + options[o].loss; loss < next[spent]) {
          next[spent] = loss;
          option[spent] = static_cast<std::uint32_t>(o);
        }
    }
    least = std::move(next);
  }
  if (least[kTicks] == kImpossible) return {};
  std::vector<std::size_t> chosen(layers.size());
  std::size_t left = kTicks;
  for (std::size_t l = layers.size(); l-- > 0;) {
    chosen[l] = taken[l][left];
    left -= ticks_of(layers[l][chosen[l]].ns, ns);
  }
  return chosen;
}

TimeCurve::TimeCurve(std::vector<Point> points) : points_(std::move(points)) {
  if (points_.empty()) fail(Code::internal, "a layer without a measured time");
  std::ranges::sort(points_, {}, &Point::kept);
  for (std::size_t i = points_.size() - 1; i-- > 0;) {
    if (points_[i].kept == points_[i + 1].kept) fail(Code::internal, "two times for one share");
    points_[i].ns = std::min(points_[i].ns, points_[i + 1].ns);
  }
}

void TimeCurve::scale(double factor) {
  for (Point& point : points_) point.ns *= factor;
}

double TimeCurve::ns(double kept) const {
  const auto above = std::ranges::lower_bound(points_, kept, {}, &Point::kept);
  if (above == points_.begin()) return points_.front().ns;
  if (above == points_.end()) return points_.back().ns;
  const Point &low = *(above - 1), &high = *above;
  return low.ns + (high.ns - low.ns) * (kept - low.kept) / (high.kept - low.kept);
}

}  // namespace rt3d::pruning
