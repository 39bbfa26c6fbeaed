#include "kernels/sparsity.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/random.h"

namespace rt3d::kernels {
namespace {

std::int64_t parts(std::int64_t whole, std::int64_t piece) { return (whole + piece - 1) / piece; }

std::int64_t positions_of(const Shape& weights) {
  std::int64_t positions = 1;
  for (int axis = 2; axis < weights.rank(); ++axis) positions *= weights[axis];
  return positions;
}

// The number at the front of `text`, which is cut off; -1 when there is none.
int take_number(std::string_view& text) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return -1;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// Denormals hold something on every thread, also on those that flush them to zero.
bool holds(float weight) { return std::bit_cast<std::uint32_t>(weight) << 1 != 0; }

bool take(std::string_view& text, std::string_view front) {
  if (text.substr(0, front.size()) != front) return false;
  text.remove_prefix(front.size());
  return true;
}

}  // namespace

std::string_view scheme_name(Scheme scheme) { return scheme == Scheme::vanilla ? "vanilla" : "kgs"; }

std::string Sparsity::text() const {
  return cat(scheme_name(scheme), ":", gm, "x", gn, ":", kept_percent, "%");
}

Sparsity parse_sparsity(std::string_view text) {
  constexpr int kLargestGroup = 1024;
  std::string_view rest = text;
  Sparsity s;
  const bool named = take(rest, "vanilla:") ? (s.scheme = Scheme::vanilla, true) : take(rest, "kgs:");
  s.gm = named ? take_number(rest) : -1;
  const bool crossed = take(rest, "x");
  s.gn = take_number(rest);
  const bool parted = take(rest, ":");
  s.kept_percent = take_number(rest);
  if (!named || !crossed || !parted || rest != "%" || s.gm < 1 || s.gn < 1 || s.gm > kLargestGroup ||
      s.gn > kLargestGroup || s.kept_percent < 1 || s.kept_percent > 99)
    fail(Code::invalid_argument, "'", text,
         "' is not a sparsity; one looks like kgs:8x4:28% or vanilla:32x4:50%");
  return s;
}

std::optional<Sparsity> sparsity_of(const Problem& problem) {
  if (!problem.attributes.has(kSparsityAttribute)) return std::nullopt;
  return parse_sparsity(problem.attributes.string(kSparsityAttribute, ""));
}

Pattern::Pattern(const Shape& weights, int gm, int gn)
    : oc_(weights[0]),
      ic_(weights[1]),
      positions_(positions_of(weights)),
      gm_(gm),
      gn_(gn),
      oc_groups_(parts(oc_, gm)),
      ic_groups_(parts(ic_, gn)),
      kept_(static_cast<std::size_t>(oc_groups_ * ic_groups_ * positions_), 1) {}

std::int64_t Pattern::kept_units() const {
  return std::accumulate(kept_.begin(), kept_.end(), std::int64_t{0});
}

std::int64_t Pattern::kept_weights() const {
  std::int64_t weights = 0;
  std::size_t at = 0;
  for (std::int64_t o = 0; o < oc_groups_; ++o)
    for (std::int64_t i = 0; i < ic_groups_; ++i) {
      const std::int64_t size =
          std::min<std::int64_t>(gm_, oc_ - o * gm_) * std::min<std::int64_t>(gn_, ic_ - i * gn_);
      for (std::int64_t p = 0; p < positions_; ++p) weights += kept_[at++] * size;
    }
  return weights;
}

Pattern pattern_of(const Tensor& tensor, int gm, int gn, ThreadPool* pool) {
  const Tensor weights = tensor.aligned_copy();
  Pattern pattern(weights.shape(), gm, gn);
  const std::int64_t oc = weights.shape()[0], ic = weights.shape()[1], positions = pattern.positions();
  const float* values = weights.values<float>().data();
  const auto scan = [&](std::int64_t o) {
    std::vector<std::uint8_t> any(static_cast<std::size_t>(positions));
    for (std::int64_t i = 0; i < pattern.ic_groups(); ++i) {
      std::fill(any.begin(), any.end(), std::uint8_t{0});
      for (std::int64_t m = o * gm; m < std::min(oc, (o + 1) * gm); ++m) {
        const float* row = values + (m * ic + i * gn) * positions;
        for (std::int64_t n = i * gn; n < std::min(ic, (i + 1) * gn); ++n, row += positions)
          for (std::int64_t p = 0; p < positions; ++p)
            any[static_cast<std::size_t>(p)] |= holds(row[p]) ? 1 : 0;
      }
      for (std::int64_t p = 0; p < positions; ++p)
        pattern.set(o, i, p, any[static_cast<std::size_t>(p)] != 0);
    }
  };
  if (pool)
    pool->run(pattern.oc_groups(), [&](std::int64_t o, int) { scan(o); });
  else
    for (std::int64_t o = 0; o < pattern.oc_groups(); ++o) scan(o);
  return pattern;
}

Pattern random_pattern(const Shape& weights, Scheme scheme, int gm, int gn, double kept, std::uint64_t seed) {
  Pattern pattern(weights, gm, gn);
  const bool whole = scheme == Scheme::vanilla;
  const std::int64_t columns = pattern.ic_groups() * (whole ? 1 : pattern.positions());
  std::vector<std::int64_t> order(static_cast<std::size_t>(columns));
  std::iota(order.begin(), order.end(), 0);
  Random random(seed);
  double owed = 0.5;  // units that rounding has left so far
  for (std::int64_t o = 0; o < pattern.oc_groups(); ++o) {
    owed += kept * static_cast<double>(columns);
    const auto count = std::clamp(static_cast<std::int64_t>(owed), std::int64_t{0}, columns);
    owed -= static_cast<double>(count);
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
    for (std::int64_t k = count; k < columns; ++k) {
      const std::int64_t column = order[static_cast<std::size_t>(k)];
      if (!whole) {
        pattern.set(o, column / pattern.positions(), column % pattern.positions(), false);
        continue;
      }
      for (std::int64_t p = 0; p < pattern.positions(); ++p) pattern.set(o, column, p, false);
    }
  }
  return pattern;
}

void prune(Tensor& weights, const Pattern& pattern) {
  const std::int64_t oc = weights.shape()[0], ic = weights.shape()[1], positions = pattern.positions();
  float* value = weights.mutable_values<float>().data();
  for (std::int64_t o = 0; o < oc; ++o)
    for (std::int64_t i = 0; i < ic; ++i)
      for (std::int64_t p = 0; p < positions; ++p, ++value)
        if (!pattern.kept(o / pattern.gm(), i / pattern.gn(), p)) *value = 0;
}

}  // namespace rt3d::kernels
