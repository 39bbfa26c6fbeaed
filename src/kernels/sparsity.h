// Structured zeros of weights [oc, ic per group, kd, kh, kw] (or [oc, ic]). A unit is gm output channels × gn input channels at
// one kernel position; a pattern says which units hold anything but zeros. Two schemes of pruning make units vanish (Niu et al.,
// RT3D, AAAI 2021): Vanilla, all positions of a group of kernels together; KGS, each position of a group by itself. Filters that
// vanish as a whole are the graph's matter. Everything here looks at the zeros themselves: what was meant to be pruned does not
// matter, and one weight that is not zero keeps its unit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/tensor.h"
#include "base/thread_pool.h"
#include "kernels/problem.h"

namespace rt3d::kernels {

enum class Scheme { vanilla, kgs };
std::string_view scheme_name(Scheme scheme);

// What a problem says of its weights: attribute kSparsityAttribute, "kgs:8x4:28%". Enough to choose a method and to estimate and
// measure its time; kernels find the pattern in the weights when they are prepared.
struct Sparsity {
  Scheme scheme = Scheme::kgs;
  int gm = 8, gn = 4;
  int kept_percent = 100;  // of the weights, 1 to 99

  double kept() const { return kept_percent / 100.0; }
  std::string text() const;
  bool operator==(const Sparsity&) const = default;
};
inline constexpr char kSparsityAttribute[] = "sparsity";

Sparsity parse_sparsity(std::string_view text);  // throws invalid_argument
std::optional<Sparsity> sparsity_of(
    const Problem& problem);  // throws invalid_argument when the attribute is damaged

// Which units of a group size hold anything but zeros. Channels that the group does not divide end in a smaller group.
class Pattern {
 public:
  Pattern(const Shape& weights, int gm, int gn);  // everything is kept

  int gm() const { return gm_; }
  int gn() const { return gn_; }
  std::int64_t oc_groups() const { return oc_groups_; }
  std::int64_t ic_groups() const { return ic_groups_; }
  std::int64_t positions() const { return positions_; }
  bool kept(std::int64_t oc_group, std::int64_t ic_group, std::int64_t position) const {
    return kept_[index(oc_group, ic_group, position)] != 0;
  }
  void set(std::int64_t oc_group, std::int64_t ic_group, std::int64_t position, bool kept) {
    kept_[index(oc_group, ic_group, position)] = kept ? 1 : 0;
  }
  std::int64_t units() const { return static_cast<std::int64_t>(kept_.size()); }
  std::int64_t kept_units() const;
  // Weights in kept units, the smaller ones at the ends counted as they are.
  std::int64_t kept_weights() const;
  std::int64_t weights() const { return oc_ * ic_ * positions_; }

  bool operator==(const Pattern&) const = default;

 private:
  std::size_t index(std::int64_t oc_group, std::int64_t ic_group, std::int64_t position) const {
    return static_cast<std::size_t>((oc_group * ic_groups_ + ic_group) * positions_ + position);
  }
  std::int64_t oc_, ic_, positions_;
  int gm_, gn_;
  std::int64_t oc_groups_, ic_groups_;
  std::vector<std::uint8_t> kept_;
};

// The pattern of f32 weights at a group size, from their zeros.
Pattern pattern_of(const Tensor& weights, int gm, int gn, ThreadPool* pool = nullptr);

// A seeded random pattern that keeps about `kept` of the units (Vanilla: of the groups), as near as whole units allow, spread
// evenly over the groups of output channels.
Pattern random_pattern(const Shape& weights, Scheme scheme, int gm, int gn, double kept, std::uint64_t seed);

// Writes zeros where the pattern keeps nothing; `weights` must be writable and have the pattern's shape.
void prune(Tensor& weights, const Pattern& pattern);

}  // namespace rt3d::kernels
