#include "pruning/group_grid.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <span>

#include "base/error.h"
#include "kernels/sparsity_detection.h"

namespace rt3d::pruning {

namespace {

constexpr int kLargestGroup = 1024;

std::int64_t groups_in(std::int64_t size, std::int64_t group) { return (size + group - 1) / group; }

[[noreturn]] void refuse_spec(std::string_view text) {
  fail(Code::invalid_argument, "'", text,
       "' names no groups of weights; kgs:8x4, vanilla:32x4, winograd:32x4 and filter do, with group sizes "
       "from 1 to ",
       kLargestGroup);
}

struct SchemeRow {
  std::string_view name;
  GroupScheme scheme;
};
constexpr SchemeRow kSchemes[] = {{"filter", GroupScheme::filter},
                                  {"vanilla", GroupScheme::vanilla},
                                  {"kgs", GroupScheme::kgs},
                                  {"winograd", GroupScheme::winograd}};

}  // namespace

std::string GroupSpec::text() const {
  const std::string_view name = std::ranges::find(kSchemes, scheme, &SchemeRow::scheme)->name;
  return scheme == GroupScheme::filter ? std::string(name) : cat(name, ":", gm, "x", gn);
}

GroupSpec GroupSpec::of_layer(bool transformed) const {
  if (scheme != GroupScheme::winograd) return *this;
  return {transformed ? GroupScheme::kgs : GroupScheme::vanilla, gm, gn};
}

GroupSpec parse_group_spec(std::string_view text) {
  if (text == "filter") return {GroupScheme::filter, 1, 1};
  GroupSpec spec;
  const std::size_t colon = text.find(':'), cross = text.find('x');
  if (colon == text.npos || cross == text.npos || cross < colon) refuse_spec(text);
  const auto row = std::ranges::find(kSchemes, text.substr(0, colon), &SchemeRow::name);
  if (row == std::end(kSchemes) || row->scheme == GroupScheme::filter) refuse_spec(text);
  spec.scheme = row->scheme;
  const auto read = [&](std::string_view digits, int& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value < 1 || value > kLargestGroup)
      refuse_spec(text);
  };
  read(text.substr(colon + 1, cross - colon - 1), spec.gm);
  read(text.substr(cross + 1), spec.gn);
  return spec;
}

std::vector<GroupSpec> parse_group_specs(std::string_view text) {
  std::vector<GroupSpec> specs;
  for (;;) {
    const std::size_t comma = text.find(',');
    specs.push_back(parse_group_spec(text.substr(0, comma)));
    if (comma == text.npos) return specs;
    text.remove_prefix(comma + 1);
  }
}

bool runs_sparse(const GroupSpec& spec) {
  const auto among = [](std::span<const int> sizes, int size) {
    return std::ranges::find(sizes, size) != sizes.end();
  };
  return spec.scheme == GroupScheme::filter ||
         (among(kernels::kOutputGroups, spec.gm) && among(kernels::kInputGroups, spec.gn));
}

GroupGrid::GroupGrid(const Shape& weights, const GroupSpec& spec) {
  if (weights.rank() < 2)
    fail(Code::invalid_argument, "weights of shape ", weights.text(), " have no groups");
  if (spec.scheme == GroupScheme::winograd)
    fail(Code::internal, "whether weights are transformed is not said");
  oc_ = weights[0];
  ic_ = weights[1];
  positions_ = weights.elements(2, weights.rank());
  const bool filter = spec.scheme == GroupScheme::filter;
  gm_ = filter ? 1 : spec.gm;
  gn_ = filter ? std::max<std::int64_t>(ic_, 1) : spec.gn;
  gp_ = spec.scheme == GroupScheme::kgs ? 1 : std::max<std::int64_t>(positions_, 1);
  rows_ = groups_in(oc_, gm_);
  ic_groups_ = groups_in(ic_, gn_);
  position_groups_ = groups_in(positions_, gp_);
}

GroupExtent GroupGrid::extent(std::int64_t group) const {
  const std::int64_t row = group / columns(), column = group % columns();
  const std::int64_t ic_group = column / position_groups_, position_group = column % position_groups_;
  return {row * gm_,
          std::min(oc_, (row + 1) * gm_),
          ic_group * gn_,
          std::min(ic_, (ic_group + 1) * gn_),
          position_group * gp_,
          std::min(positions_, (position_group + 1) * gp_)};
}

template <typename Visit>
void GroupGrid::visit(std::int64_t group, const Visit& visit) const {
  const GroupExtent e = extent(group);
  for (std::int64_t oc = e.oc_begin; oc < e.oc_end; ++oc)
    for (std::int64_t ic = e.ic_begin; ic < e.ic_end; ++ic)
      for (std::int64_t p = e.position_begin; p < e.position_end; ++p)
        visit(static_cast<std::size_t>((oc * ic_ + ic) * positions_ + p));
}

std::vector<double> GroupGrid::scores(const Tensor& weights) const {
  const std::span<const float> values = weights.values<float>();
  std::vector<double> scores(static_cast<std::size_t>(count()));
  for (std::int64_t group = 0; group < count(); ++group) {
    double sum = 0;
    visit(group, [&](std::size_t i) { sum += static_cast<double>(values[i]) * values[i]; });
    scores[static_cast<std::size_t>(group)] = std::sqrt(sum / static_cast<double>(extent(group).weights()));
  }
  return scores;
}

std::vector<std::uint8_t> GroupGrid::mask(const std::vector<bool>& kept) const {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(oc_ * ic_ * positions_), 0);
  for (std::int64_t group = 0; group < count(); ++group)
    if (kept[static_cast<std::size_t>(group)]) visit(group, [&](std::size_t i) { mask[i] = 1; });
  return mask;
}

void GroupGrid::prune(Tensor& weights, const std::vector<bool>& kept) const {
  const std::span<float> values = weights.mutable_values<float>();
  for (std::int64_t group = 0; group < count(); ++group)
    if (!kept[static_cast<std::size_t>(group)]) visit(group, [&](std::size_t i) { values[i] = 0; });
}

std::int64_t GroupGrid::kept_weights(const std::vector<bool>& kept) const {
  std::int64_t weights = 0;
  for (std::int64_t group = 0; group < count(); ++group)
    if (kept[static_cast<std::size_t>(group)]) weights += extent(group).weights();
  return weights;
}

}  // namespace rt3d::pruning
