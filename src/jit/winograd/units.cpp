#include "jit/winograd/units.h"

#include <map>

namespace rt3d::jit {
namespace {

using kernels::LinearMap;
using kernels::Pattern;

// The kernel positions that the weights of a spatial point and plane depend on.
std::vector<std::int64_t> positions_of(const WinogradPlan& plan, std::int64_t point, std::int64_t plane) {
  const LinearMap& space = plan.space->kernel;
  const int n = plan.space->n, y = static_cast<int>(point) / n, x = static_cast<int>(point) % n;
  // In late lists and those with taps in K a plane is one of the kernel's.
  const bool whole = plan.method.t > 1 && !plan.cut.late;
  std::vector<std::int64_t> positions;
  for (int d = 0; d < plan.s.kd; ++d) {
    if (whole ? plan.time->kernel.at(static_cast<int>(plane), d) == 0 : d != plane) continue;
    for (int i = 0; i < space.inputs; ++i)
      for (int j = 0; j < space.inputs; ++j)
        if (space.at(y, i) != 0 && space.at(x, j) != 0)
          positions.push_back((d * plan.s.kh + i) * plan.s.kw + j);
  }
  return positions;
}

bool any_kept(const Pattern& pattern, std::int64_t panel, std::int64_t group,
              const std::vector<std::int64_t>& positions) {
  for (std::int64_t p : positions)
    if (pattern.kept(panel, group, p)) return true;
  return false;
}

}  // namespace

WinogradUnits::WinogradUnits(const WinogradPlan& plan) : planes_(plan.list_planes()), panels_(plan.panels) {
  make(plan, [](std::int64_t, std::int64_t, std::int64_t, Mask& mask) { mask.assign(mask.size(), 1); });
}

WinogradUnits::WinogradUnits(const WinogradPlan& plan, const Pattern& pattern, bool transformed)
    : planes_(plan.list_planes()), panels_(plan.panels) {
  // Positions of the pattern by point and stored plane: of transformed weights each has one of its own.
  const std::int64_t planes = plan.method.t > 1 && !plan.cut.late ? plan.q : plan.s.kd;
  std::vector<std::vector<std::int64_t>> positions;
  for (std::int64_t point = 0; point < plan.points; ++point)
    for (std::int64_t plane = 0; plane < planes; ++plane)
      positions.push_back(transformed ? std::vector<std::int64_t>{plane * plan.points + point}
                                      : positions_of(plan, point, plane));
  make(plan, [&](std::int64_t point, std::int64_t plane, std::int64_t panel, Mask& mask) {
    const auto* of_point = &positions[static_cast<std::size_t>(point * planes)];
    for (std::int64_t g = 0; g < plan.unit_groups; ++g)
      if (plan.cut.late) {
        for (std::int64_t d = 0; d < planes; ++d)
          mask[static_cast<std::size_t>(g)] |= any_kept(pattern, panel, g, of_point[d]) ? 1 : 0;
      } else {
        for (std::int64_t k = 0; k < plan.taps; ++k)
          mask[static_cast<std::size_t>(g * plan.taps + k)] =
              any_kept(pattern, panel, g, of_point[plane + k]) ? 1 : 0;
      }
  });
}

void WinogradUnits::make(const WinogradPlan& plan, const Masks& masks) {
  std::map<std::pair<int, Mask>, std::uint32_t> known;  // by width and units
  for (std::int64_t point = 0; point < plan.points; ++point)
    for (std::int64_t plane = 0; plane < planes_; ++plane)
      for (std::int64_t panel = 0; panel < panels_; ++panel) {
        Mask mask(static_cast<std::size_t>(plan.unit_count()));
        masks(point, plane, panel, mask);
        const auto [found, fresh] = known.try_emplace({plan.panel_vecs(panel), std::move(mask)}, 0);
        if (fresh) found->second = add_set(plan, panel, found->first.second);
        lists_.push_back({floats_, found->second});
        floats_ += floats(lists_.back());
      }
}

std::uint32_t WinogradUnits::add_set(const WinogradPlan& plan, std::int64_t panel, const Mask& mask) {
  Set set{0, plan.unit_floats(panel) * (plan.cut.late ? plan.s.kd : 1),
          static_cast<std::int64_t>(slots_.size()), static_cast<std::uint32_t>(ranges_.size())};
  for (std::uint8_t present : mask)
    slots_.push_back(present != 0 ? static_cast<std::int32_t>(set.count++) : -1);
  for (const RowClass& c : plan.classes) {
    const auto first = static_cast<std::uint32_t>(units_.size());
    for (std::int64_t g = 0; g < plan.unit_groups; ++g)
      for (std::int64_t k = c.taps.first; k < c.taps.last; ++k) {
        const std::int32_t slot = slots_[static_cast<std::size_t>(set.slots + g * plan.taps + k)];
        if (slot < 0) continue;
        units_.push_back(
            {plan.group_bytes(g) + c.start + static_cast<std::int32_t>(k - c.taps.first) * c.frame,
             slot * static_cast<std::int32_t>(plan.unit_floats(panel) * 4)});
      }
    ranges_.push_back({first, static_cast<std::uint32_t>(units_.size()) - first});
  }
  sets_.push_back(set);
  return static_cast<std::uint32_t>(sets_.size() - 1);
}

}  // namespace rt3d::jit
