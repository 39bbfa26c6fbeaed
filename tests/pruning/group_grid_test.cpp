// Groups of weights, their scores and masks, at the edges too; and which of them go.
#include "pruning/group_grid.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "graph/model.h"
#include "kernels/sparsity.h"
#include "models/models.h"
#include "pruning/budget.h"
#include "pruning/layers.h"
#include "pruning/published_ratios.h"
#include "test_data.h"

TEST_SUITE_BEGIN("pruning");

namespace rt3d::pruning {
namespace {

Tensor random_weights(const Shape& shape, std::uint64_t seed) {
  Tensor weights = Tensor::allocate({DType::f32, shape});
  Random random(seed);
  for (float& value : weights.mutable_values<float>()) value = random.uniform(0.1f, 1);
  return weights;
}

std::vector<bool> some_kept(const GroupGrid& grid, std::uint64_t seed) {
  std::vector<bool> kept;
  Random random(seed);
  for (std::int64_t i = 0; i < grid.count(); ++i) kept.push_back(random.uniform(0, 1) < 0.4f);
  return kept;
}

std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("masks are constant over their groups, also where channels are no multiple of them") {
  for (const char* spec : {"kgs:8x4", "vanilla:8x4", "kgs:32x4", "vanilla:16x8", "filter", "kgs:3x7"})
    for (const Shape& shape : {Shape{45, 230, 3, 1, 1}, Shape{460, 45, 1, 3, 3}, Shape{921, 230, 1, 1, 1},
                               Shape{64, 45, 3, 3, 3}, Shape{45, 921}}) {
      CAPTURE(spec);
      CAPTURE(shape.text());
      const GroupSpec groups = parse_group_spec(spec);
      const GroupGrid grid(shape, groups);
      const std::vector<bool> kept = some_kept(grid, 3);
      const std::vector<std::uint8_t> mask = grid.mask(kept);
      REQUIRE(static_cast<std::int64_t>(mask.size()) == shape.elements());
      // Each weight belongs to one group, the one that its channels and position name.
      const std::int64_t positions = shape.elements(2, shape.rank());
      const bool filter = groups.scheme == GroupScheme::filter;
      const std::int64_t gm = filter ? 1 : groups.gm, gn = filter ? shape[1] : groups.gn;
      const bool by_position = groups.scheme == GroupScheme::kgs;
      const std::int64_t row_groups = ((shape[1] + gn - 1) / gn) * (by_position ? positions : 1);
      std::int64_t wrong = 0, weights = 0;
      for (std::int64_t i = 0; i < shape.elements(); ++i) {
        const std::int64_t oc = i / (shape[1] * positions), ic = i / positions % shape[1], p = i % positions;
        const std::int64_t group = oc / gm * row_groups + (by_position ? ic / gn * positions + p : ic / gn);
        wrong += (mask[static_cast<std::size_t>(i)] != 0) != kept[static_cast<std::size_t>(group)];
        weights += mask[static_cast<std::size_t>(i)];
      }
      CHECK(wrong == 0);
      CHECK(grid.kept_weights(kept) == weights);
      std::int64_t all = 0;
      for (std::int64_t g = 0; g < grid.count(); ++g) all += grid.extent(g).weights();
      CHECK(all == shape.elements());

      Tensor pruned = random_weights(shape, 4);
      grid.prune(pruned, kept);
      std::int64_t zeros = std::ranges::count(pruned.values<float>(), 0.0f);
      CHECK(zeros == shape.elements() - weights);
      if (!filter) CHECK(kernels::pattern_of(pruned, groups.gm, groups.gn).kept_weights() == weights);
    }
}

// The share of the weights' squares that stays when the groups with the largest scores stay, and at most so many of them.
double energy_kept(const Tensor& weights, const char* spec, std::int64_t most_weights) {
  const GroupGrid grid(weights.shape(), parse_group_spec(spec));
  const std::vector<double> scores = grid.scores(weights);
  std::vector<std::int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(),
                           [&](std::int64_t g) { return scores[static_cast<std::size_t>(g)]; });
  double kept = 0, all = 0;
  for (const std::int64_t g : order) {
    const auto size = static_cast<double>(grid.extent(g).weights());
    const double energy = scores[static_cast<std::size_t>(g)] * scores[static_cast<std::size_t>(g)] * size;
    all += energy;
    if (grid.extent(g).weights() > most_weights) continue;
    most_weights -= grid.extent(g).weights();
    kept += energy;
  }
  return kept / all;
}

// Whole filters in eights are made of Vanilla's groups, and these of KGS's. (Single filters are not: of this model they keep more of the
// squares than groups of 8x4.)
TEST_CASE("of trained weights KGS keeps most at equal multiply-adds, then Vanilla, then filters in eights") {
  const graph::Graph model = graph::load_onnx(tests::test_data("../demo/motion.onnx"));
  int compared = 0;
  for (const graph::Node& node : model.nodes) {
    if (node.op != "Conv") continue;
    const Tensor weights = model.constant(node.inputs[1])->aligned_copy();
    const Shape& shape = weights.shape();
    if (shape[1] < 8 || shape.elements(2, 5) == 1) continue;  // the first layer; one position: KGS is Vanilla
    for (const std::int64_t rate : {2, 4, 8}) {
      CAPTURE(node.name);
      CAPTURE(rate);
      const std::int64_t most = weights.elements() / rate;
      const double kgs = energy_kept(weights, "kgs:8x4", most),
                   vanilla = energy_kept(weights, "vanilla:8x4", most),
                   filters = energy_kept(weights, "vanilla:8x1024", most);
      CHECK(kgs >= vanilla - 1e-9);  // sums of other orders
      CHECK(vanilla >= filters - 1e-9);
      ++compared;
    }
  }
  CHECK(compared >= 20);
}

TEST_CASE("a smaller group at an edge has the score of its weights, not of their number") {
  Tensor weights = Tensor::allocate({DType::f32, Shape{9, 5, 1, 1, 2}});
  std::ranges::fill(weights.mutable_values<float>(), -0.5f);
  for (const char* spec : {"kgs:8x4", "vanilla:8x4", "filter"})
    for (const double score : GroupGrid(weights.shape(), parse_group_spec(spec)).scores(weights))
      CHECK(score == doctest::Approx(0.5));
  weights.mutable_values<float>()[0] = 2;
  const std::vector<double> scores = GroupGrid(weights.shape(), parse_group_spec("kgs:8x4")).scores(weights);
  CHECK(scores[0] == doctest::Approx(std::sqrt((4 + 31 * 0.25) / 32)));
  CHECK(std::ranges::count_if(scores, [](double s) { return s > 0.51; }) == 1);
}

TEST_CASE("names of groups") {
  CHECK(parse_group_spec("kgs:8x4") == GroupSpec{GroupScheme::kgs, 8, 4});
  CHECK(parse_group_spec("vanilla:32x4").text() == "vanilla:32x4");
  CHECK(parse_group_spec("filter").text() == "filter");
  for (const char* text : {"", "kgs", "kgs:", "kgs:8", "kgs:8x", "kgs:x4", "kgs:0x4", "kgs:8x4:2",
                           "kgs:8x4000", "kgx:8x4", "8x4", "filter:8x4"})
    CHECK_MESSAGE(refusal_of([&] { parse_group_spec(text); }).size() > 30, text);
  CHECK(refusal_of([] { GroupGrid({7}, {}); }).find("no groups") != std::string::npos);
}

TEST_CASE("the authors' profiles give the multiply-adds that they state") {
  struct Profile {
    const char* model;
    double rate, giga_macs;
  };
  for (const Profile& profile : {Profile{"c3d", 2.6, 15.24}, Profile{"c3d", 3.6, 10.80},
                                 Profile{"r2plus1d_18", 2.6, 15.78}, Profile{"r2plus1d_18", 3.2, 12.56}}) {
    CAPTURE(profile.model);
    CAPTURE(profile.rate);
    double macs = 0;
    for (const Layer& layer : layers_of(models::build({.name = profile.model})))
      macs += static_cast<double>(layer.macs) *
              (1 - published_ratio(profile.model, profile.rate, layer.name).value_or(0));
    CHECK(std::round(macs / 1e7) / 100 == doctest::Approx(profile.giga_macs));
  }
}

TEST_CASE(
    "what costs least for each multiply-add goes first, in the traces' order, down to each layer's least") {
  const std::vector<RemovalTrace> traces = {
      {0, {10, 11, 12}, {1, 2, 30}, {4, 4, 4}}, {0, {13, 14}, {9, 1}, {4, 4}}, {1, {20, 21}, {1, 1}, {1, 1}}};
  const std::vector<double> most{12, 1};
  const auto chosen = [&](double macs) { return choose_removals(traces, most, macs, 100); };
  using Counts = std::vector<std::size_t>;
  CHECK(chosen(0) == Counts{0, 0, 0});
  CHECK(chosen(4) == Counts{1, 0, 0});   // 1 for 4
  CHECK(chosen(8) == Counts{2, 0, 0});   // then 2 for 4
  CHECK(chosen(9) == Counts{2, 0, 1});   // then 1 for 1; layer 1 may lose no more
  CHECK(chosen(13) == Counts{2, 1, 1});  // 9 for 4: 14, which costs less, comes after 13
  CHECK(refusal_of([&] { chosen(14); }).find("at 1.14943 times") != std::string::npos);
}

}  // namespace rt3d::pruning
