// Detection of structured zeros against patterns that were made at random, and against what the decision's words say, counted
// here weight by weight.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/random.h"
#include "kernels/sparsity_detection.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::kernels {
namespace {

Tensor full_weights(const Shape& shape, std::uint64_t seed) {
  Tensor weights = Tensor::allocate({DType::f32, shape});
  Random random(seed);
  for (float& w : weights.mutable_values<float>())
    w = random.uniform(0.1f, 1.0f) * ((random.bits() & 1) != 0 ? 1.0f : -1.0f);
  return weights;
}

Tensor pruned_weights(const Shape& shape, const Pattern& pattern, std::uint64_t seed) {
  Tensor weights = full_weights(shape, seed);
  prune(weights, pattern);
  return weights;
}

// Weights in units (of Vanilla: in whole kernels of a group) that hold something.
std::int64_t kept_weights(const Tensor& weights, Scheme scheme, int gm, int gn) {
  Pattern pattern = pattern_of(weights, gm, gn);
  for (std::int64_t o = 0; scheme == Scheme::vanilla && o < pattern.oc_groups(); ++o)
    for (std::int64_t i = 0; i < pattern.ic_groups(); ++i) {
      bool kept = false;
      for (std::int64_t p = 0; p < pattern.positions(); ++p) kept = kept || pattern.kept(o, i, p);
      for (std::int64_t p = 0; p < pattern.positions(); ++p) pattern.set(o, i, p, kept);
    }
  return pattern.kept_weights();
}

// The largest group that keeps at most a sixteenth more than 4 × 1, without names for groups that part the channels alike.
Sparsity expected(const Tensor& weights) {
  const std::int64_t oc = weights.shape()[0], ic = weights.shape()[1];
  const auto as_good = [](std::int64_t kept, std::int64_t finest) { return 16 * kept <= 17 * finest; };
  const std::int64_t finest = kept_weights(weights, Scheme::kgs, 4, 1);
  for (int gm : {32, 16, 8, 4})
    for (int gn : {8, 4, 1}) {
      if ((gm > 4 && gm / 2 >= oc) || (gn == 8 && ic <= 4) || (gn == 4 && ic == 1)) continue;
      const std::int64_t kgs = kept_weights(weights, Scheme::kgs, gm, gn);
      if (!as_good(kgs, finest)) continue;
      const std::int64_t vanilla = kept_weights(weights, Scheme::vanilla, gm, gn);
      const bool whole = as_good(vanilla, kgs);
      const double share =
          100.0 * static_cast<double>(whole ? vanilla : kgs) / static_cast<double>(weights.elements());
      return {whole ? Scheme::vanilla : Scheme::kgs, gm, gn,
              std::clamp(static_cast<int>(std::lround(share)), 1, 99)};
    }
  return {};
}

struct Case {
  Shape shape;
  Scheme scheme;
  int gm, gn;
  double kept;
  std::uint64_t seed;
};

Case random_case(Random& random) {
  constexpr int kKernels[][3] = {{3, 3, 3}, {1, 3, 3}, {3, 1, 1}, {1, 1, 1}, {2, 3, 1}};
  const auto& k = kKernels[random.below(5)];
  Case c;
  c.shape = Shape{random.below(100) + 1, random.below(40) + 1, k[0], k[1], k[2]};
  if (k[0] * k[1] * k[2] == 1 && (random.bits() & 1) != 0) c.shape = Shape{c.shape[0], c.shape[1]};
  c.scheme = (random.bits() & 1) != 0 ? Scheme::vanilla : Scheme::kgs;
  c.gm = kOutputGroups[random.below(4)];
  c.gn = kInputGroups[random.below(3)];
  c.kept = 1 / random.uniform(1.5f, 10.0f);
  c.seed = random.bits();
  return c;
}

// Channels in another order: whole groups among themselves, and channels within their groups. A smaller last group stays last.
std::vector<std::int64_t> shuffled_channels(std::int64_t channels, int group, Random& random) {
  const auto shuffle = [&](std::vector<std::int64_t>& list) {
    for (std::size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  };
  std::vector<std::int64_t> groups(static_cast<std::size_t>(channels / group)), order;
  std::iota(groups.begin(), groups.end(), 0);
  shuffle(groups);
  if (channels % group != 0) groups.push_back(channels / group);
  for (const std::int64_t g : groups) {
    std::vector<std::int64_t> members(
        static_cast<std::size_t>(std::min<std::int64_t>(group, channels - g * group)));
    std::iota(members.begin(), members.end(), g * group);
    shuffle(members);
    order.insert(order.end(), members.begin(), members.end());
  }
  return order;
}

Tensor shuffled(const Tensor& weights, int gm, int gn, Random& random) {
  const std::int64_t oc = weights.shape()[0], ic = weights.shape()[1],
                     positions = weights.elements() / (oc * ic);
  const auto outputs = shuffled_channels(oc, gm, random), inputs = shuffled_channels(ic, gn, random);
  Tensor result = Tensor::allocate(weights.desc());
  float* to = result.mutable_values<float>().data();
  for (const std::int64_t o : outputs)
    for (const std::int64_t i : inputs)
      to = std::copy_n(weights.values<float>().data() + (o * ic + i) * positions, positions, to);
  return result;
}

}  // namespace

TEST_CASE("detection finds what random patterns of every scheme, group and rate were made with") {
  Random random(20210202);
  ThreadPool pool(2);
  int named = 0;
  for (int trial = 0; trial < 400; ++trial) {
    const Case c = random_case(random);
    const Pattern pattern = random_pattern(c.shape, c.scheme, c.gm, c.gn, c.kept, c.seed);
    Tensor weights = pruned_weights(c.shape, pattern, c.seed);
    if (trial % 2 == 1) weights = shuffled(weights, c.gm, c.gn, random);
    CAPTURE(c.shape.text());
    CAPTURE(scheme_name(c.scheme));
    CAPTURE(cat(c.gm, "x", c.gn, " at ", c.kept));
    const SparsityReport report = detect_sparsity(weights, {.pool = trial % 3 == 0 ? &pool : nullptr});
    const auto zeros = std::count(weights.values<float>().begin(), weights.values<float>().end(), 0.0f);
    CHECK(report.zeros ==
          doctest::Approx(static_cast<double>(zeros) / static_cast<double>(weights.elements())));
    if (report.zeros < 0.1) {  // a pattern of very few units may keep all
      CHECK_FALSE(report.sparsity);
      continue;
    }
    REQUIRE(report.sparsity);
    CHECK(*report.sparsity == expected(weights));
    CHECK(kept_weights(weights, report.sparsity->scheme, report.sparsity->gm, report.sparsity->gn) ==
          std::llround(static_cast<double>(weights.elements()) * (1 - report.removed)));
    // With more than a few units chance makes no larger group: what is named is what was meant.
    const bool whole = c.scheme == Scheme::vanilla;
    const std::int64_t choices = (whole ? 1 : pattern.positions()) * pattern.ic_groups();
    if (pattern.oc_groups() < 4 || choices < 20 || pattern.ic_groups() < 2) continue;
    ++named;
    CHECK(report.sparsity->gm == c.gm);
    CHECK(report.sparsity->gn == c.gn);
    CHECK(report.sparsity->scheme == (pattern.positions() == 1 ? Scheme::vanilla : c.scheme));
  }
  CHECK(named > 60);
}

TEST_CASE(
    "a pattern broken by a few weights keeps its scheme and group, and pays for the units they stand in") {
  Random random(3);
  const Shape shape{256, 128, 3, 3, 3};
  for (const Scheme scheme : {Scheme::vanilla, Scheme::kgs})
    for (const int breaks : {1, 5}) {
      const Pattern pattern = random_pattern(shape, scheme, 8, 4, 0.28, 7);
      Tensor weights = pruned_weights(shape, pattern, 8);
      const double before = detect_sparsity(weights).removed;
      int units = 0;
      for (int broken = 0; broken < breaks;) {
        float& w =
            weights.mutable_values<float>()[static_cast<std::size_t>(random.below(weights.elements()))];
        if (w != 0) continue;
        w = 1;
        ++broken;
      }
      const Pattern now = pattern_of(weights, 8, 4);
      for (std::int64_t o = 0; o < now.oc_groups(); ++o)
        for (std::int64_t i = 0; i < now.ic_groups(); ++i) {
          int fresh = 0;
          for (std::int64_t p = 0; p < now.positions(); ++p)
            fresh += now.kept(o, i, p) && !pattern.kept(o, i, p);
          units += scheme == Scheme::kgs ? fresh : (fresh > 0 ? 27 : 0);
        }
      const SparsityReport report = detect_sparsity(weights);
      REQUIRE(report.sparsity);
      CHECK(report.sparsity->scheme == scheme);
      CHECK(report.sparsity->gm == 8);
      CHECK(report.sparsity->gn == 4);
      CHECK(report.removed ==
            doctest::Approx(before - units * 32.0 / static_cast<double>(weights.elements())));
    }
}

TEST_CASE("one weight too many in a layer of a few units makes the group smaller, never the result wrong") {
  const Shape shape{8, 8, 1, 1, 1};
  Pattern pattern(shape, 8, 4);
  pattern.set(0, 0, 0, false);
  Tensor weights = pruned_weights(shape, pattern, 1);
  CHECK(detect_sparsity(weights).sparsity == parse_sparsity("vanilla:8x4:50%"));
  weights.mutable_values<float>()[0] = 1;
  const SparsityReport report = detect_sparsity(weights);
  REQUIRE(report.sparsity);
  CHECK(*report.sparsity == expected(weights));
  CHECK(report.sparsity->text() == "vanilla:4x1:56%");
}

TEST_CASE("kernels of one position are called what the hint says, or both") {
  for (const Shape& shape : {Shape{64, 96}, Shape{64, 96, 1, 1, 1}, Shape{64, 96, 1, 3, 3}}) {
    const bool one = shape.elements() == 64 * 96;
    const Tensor weights = pruned_weights(shape, random_pattern(shape, Scheme::vanilla, 8, 4, 0.25, 3), 4);
    const auto text = [&](std::optional<Sparsity> hint) {
      const SparsityReport report = detect_sparsity(weights, {.hint = hint});
      REQUIRE(report.sparsity);
      CHECK(report.sparsity->scheme == Scheme::vanilla);
      return report.text();
    };
    CHECK(text({}) == (one ? "kgs=vanilla:8x4:25%" : "vanilla:8x4:25%"));
    CHECK(text(parse_sparsity("kgs:8x4:99%")) == (one ? "kgs:8x4:25%" : "vanilla:8x4:25%"));
    CHECK(text(parse_sparsity("vanilla:4x4:99%")) == "vanilla:4x4:25%");
    CHECK(text(parse_sparsity("kgs:32x4:99%")) == (one ? "kgs=vanilla:8x4:25%" : "vanilla:8x4:25%"));
  }
  CHECK(SparsityReport{}.text().empty());
}

TEST_CASE("zeros anywhere are no structure, however many") {
  for (const Shape& shape : {Shape{64, 32, 3, 3, 3}, Shape{100, 70}, Shape{16, 16, 1, 1, 1}})
    for (const double share : {0.5, 0.6, 0.7, 0.8, 0.9, 0.95}) {
      Tensor weights = full_weights(shape, 5);
      Random random(6);
      for (float& w : weights.mutable_values<float>())
        if (random.uniform(0, 1) < static_cast<float>(share)) w = 0;
      const SparsityReport report = detect_sparsity(weights);
      CHECK_FALSE(report.sparsity);
      CHECK(report.zeros == doctest::Approx(share).epsilon(0.15));
    }
}

TEST_CASE("structure is found beneath scattered zeros in the kept units") {
  const Shape shape{64, 32, 3, 3, 3};
  Tensor weights = pruned_weights(shape, random_pattern(shape, Scheme::kgs, 8, 4, 0.3, 1), 2);
  Random random(3);
  for (float& w : weights.mutable_values<float>())
    if (random.below(5) == 0) w = 0;
  CHECK(detect_sparsity(weights).sparsity == parse_sparsity("kgs:8x4:30%"));
}

TEST_CASE(
    "only 0 and -0 are zeros: NaN, infinities and denormals keep their unit, on threads that flush denormals "
    "too") {
  const Shape shape{8, 8, 1, 1, 2};
  Tensor weights = Tensor::allocate({DType::f32, shape});
  const auto values = weights.mutable_values<float>();
  using Limits = std::numeric_limits<float>;
  ThreadPool pool(2);
  for (const float kept : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::denorm_min(),
                           -Limits::denorm_min(), Limits::min()})
    for (const float zero : {0.0f, -0.0f}) {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = i % 16 < 8 ? kept : zero;
      const SparsityReport report = detect_sparsity(weights, {.pool = &pool});
      CHECK(report.zeros == 0.5);
      CHECK(report.sparsity == parse_sparsity("vanilla:8x4:50%"));
      CHECK(pattern_of(weights, 8, 4, &pool) == pattern_of(weights, 8, 4));
    }
}

TEST_CASE("weights of zeros alone, of one channel, of other types, and of nothing") {
  Tensor zeros = Tensor::allocate({DType::f32, Shape{16, 8, 3, 3, 3}});
  std::fill(zeros.mutable_values<float>().begin(), zeros.mutable_values<float>().end(), 0.0f);
  const SparsityReport all = detect_sparsity(zeros);
  CHECK(all.zeros == 1);
  CHECK(all.removed == 1);
  CHECK(all.zero_filters == 16);
  CHECK(all.sparsity == parse_sparsity("vanilla:16x8:1%"));
  const Shape column{64, 1, 3, 3, 3};
  const Tensor single = pruned_weights(column, random_pattern(column, Scheme::kgs, 16, 1, 0.4, 3), 4);
  CHECK(detect_sparsity(single).sparsity == expected(single));
  CHECK(detect_sparsity(single).sparsity->gm == 16);
  CHECK(detect_sparsity(Tensor::allocate({DType::f32, Shape{0, 4, 1}})) == SparsityReport{});
  CHECK(detect_sparsity(Tensor::allocate({DType::f32, Shape{7}})) == SparsityReport{});
  const std::vector<std::int64_t> integers(64, 0);
  CHECK(detect_sparsity(Tensor::of<std::int64_t>(DType::i64, Shape{8, 8}, integers)) == SparsityReport{});
}

TEST_CASE("units of a grouped convolution lie within its groups, and a depthwise one has none") {
  const Shape shape{48, 8, 3, 3, 3};
  const Tensor weights = pruned_weights(shape, random_pattern(shape, Scheme::kgs, 16, 1, 0.4, 3), 4);
  CHECK(detect_sparsity(weights, {.groups = 3}).sparsity->gm == 16);
  const SparsityReport six = detect_sparsity(weights, {.groups = 6});
  REQUIRE(six.sparsity);
  CHECK(six.sparsity->gm == 8);
  CHECK_FALSE(detect_sparsity(weights, {.groups = 8}).sparsity);  // groups of 6 channels
  const Shape depthwise{48, 1, 3, 3, 3};
  const Tensor planes = pruned_weights(depthwise, random_pattern(depthwise, Scheme::kgs, 16, 1, 0.4, 3), 4);
  const SparsityReport report = detect_sparsity(planes, {.groups = 48});
  CHECK_FALSE(report.sparsity);
  CHECK(report.zeros > 0.5);
}

TEST_CASE("the hint's group is tried first, and taken only if the zeros confirm it") {
  const Shape shape{64, 32, 3, 3, 3};
  const Tensor weights = pruned_weights(shape, random_pattern(shape, Scheme::vanilla, 16, 8, 0.25, 3), 4);
  const auto with = [&](const char* hint) {
    return detect_sparsity(weights, {.hint = parse_sparsity(hint)}).sparsity;
  };
  CHECK(with("vanilla:8x4:50%")->text() == "vanilla:8x4:25%");
  CHECK(with("kgs:4x1:50%")->text() == "vanilla:4x1:25%");
  CHECK(with("vanilla:32x8:50%")->text() == "vanilla:16x8:25%");
  CHECK(detect_sparsity(weights).sparsity->text() == "vanilla:16x8:25%");
}

TEST_CASE("few zeros in large weights are seen in a sample, and many are counted") {
  const Shape shape{512, 512};
  Tensor weights = full_weights(shape, 1);
  CHECK(detect_sparsity(weights) == SparsityReport{});
  for (std::size_t i = 0; i < 4096; ++i) weights.mutable_values<float>()[i * 7] = 0;
  CHECK_FALSE(detect_sparsity(weights).sparsity);
  prune(weights, random_pattern(shape, Scheme::kgs, 8, 4, 0.88, 2));
  const SparsityReport report = detect_sparsity(weights);
  REQUIRE(report.sparsity);
  CHECK(report.sparsity->text() == "vanilla:8x4:88%");
}

}  // namespace rt3d::kernels

TEST_SUITE_END();
