// Penalties on groups of weights: the mathematics against plain numbers.
#include "pruner/penalty.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "pruner/compared.h"
#include "pruner/tensors.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

using pruning::GroupSpec;
using pruning::parse_group_spec;

// One convolution, whose weights a test may set.
Network one_layer(std::int64_t oc, std::int64_t ic) {
  const std::string o = std::to_string(oc), i = std::to_string(ic);
  return Network(graph::parse_graph("graph \"one\"\ninput x f32 1x" + i + "x4x6x6\nconst w f32 " + o + "x" +
                                    i + "x3x3x3\ny = Conv(x, w) \"layer\" pads=1x1x1x1x1x1\noutput y\n"));
}
Parameter& weights_of(Network& network) { return network.parameters().at(0); }

const char* const kSpecs[] = {"kgs:8x4", "vanilla:8x4", "vanilla:32x4", "filter", "kgs:4x4"};

}  // namespace

TEST_CASE("norms of groups are the scores of their weights, edges included") {
  for (const char* spec : kSpecs)
    for (const auto& [oc, ic] : {std::pair<std::int64_t, std::int64_t>{16, 8}, {45, 6}, {10, 13}}) {
      CAPTURE(spec);
      const at::Tensor w = tests::random_tensor({oc, ic, 3, 2, 1}, 3);
      const GroupSpec groups = parse_group_spec(spec);
      const pruning::GroupGrid grid(shape_of(w), groups);
      const std::vector<double> scores = grid.scores(host_tensor(w));
      const at::Tensor norms = group_norms(w, groups), sizes = group_sizes(w, groups);
      REQUIRE(norms.numel() == grid.count());
      for (std::int64_t g = 0; g < grid.count(); ++g) {
        CHECK(norms.data_ptr<float>()[g] ==
              doctest::Approx(scores[static_cast<std::size_t>(g)]).epsilon(1e-5));
        CHECK(sizes.data_ptr<float>()[g] == static_cast<float>(grid.extent(g).weights()));
      }
      // What is spread is constant over each group: the mask of the same groups.
      std::vector<bool> kept(static_cast<std::size_t>(grid.count()));
      at::Tensor flags = at::zeros_like(norms);
      for (std::size_t g = 0; g < kept.size(); ++g) {
        kept[g] = g % 3 != 0;
        flags.data_ptr<float>()[g] = kept[g] ? 1 : 0;
      }
      const std::vector<std::uint8_t> mask = grid.mask(kept);
      const at::Tensor spreaded = spread(flags, w, groups).contiguous();
      for (std::size_t i = 0; i < mask.size(); ++i) REQUIRE(spreaded.data_ptr<float>()[i] == mask[i]);
    }
}

TEST_CASE("the penalty's subgradient is what differences say") {
  for (const char* spec : kSpecs) {
    CAPTURE(spec);
    Network network = one_layer(10, 6);
    Parameter& w = weights_of(network);
    const at::Tensor values = tests::random_tensor({10, 6, 3, 3, 3}, 5);
    tests::set_values(w, values);
    Penalty penalty(network, {{w.id, parse_group_spec(spec), 1e6}}, 0.3);
    penalty.reweight();
    const at::Tensor gradient = penalty.subgradient(0).contiguous();
    for (std::int64_t i = 0; i < values.numel(); i += 37) {
      constexpr float kStep = 1e-2F;
      double side[2];
      for (const int sign : {-1, 1}) {
        at::Tensor moved = values.clone();
        moved.data_ptr<float>()[i] += static_cast<float>(sign) * kStep;
        tests::set_values(w, moved);
        side[sign > 0 ? 1 : 0] = penalty.value();
      }
      CHECK(gradient.data_ptr<float>()[i] ==
            doctest::Approx((side[1] - side[0]) / (2 * kStep)).epsilon(0.02));
    }
  }
}

TEST_CASE("the proximal step minimises what it should: no other weights nearby do better") {
  for (const char* spec : kSpecs) {
    CAPTURE(spec);
    Network network = one_layer(10, 6);
    Parameter& w = weights_of(network);
    // Filters and channels from nearly nothing to much, so that of any groups some vanish and some stay.
    const at::Tensor before = tests::random_tensor({10, 6, 3, 3, 3}, 7) *
                              at::linspace(0.001, 2, 10).reshape({10, 1, 1, 1, 1}) *
                              at::linspace(1, -0.2, 6).pow(2).reshape({1, 6, 1, 1, 1});
    tests::set_values(w, before);
    Penalty penalty(network, {{w.id, parse_group_spec(spec), 1e6}}, 1);
    penalty.reweight();
    constexpr double kRate = 0.3;
    penalty.shrink(kRate);
    const at::Tensor after = w.values.detach().clone();
    const auto cost = [&](const at::Tensor& v) {
      tests::set_values(w, v);
      return 0.5 * (v - before).to(at::kDouble).square().sum().item<double>() + kRate * penalty.value();
    };
    const double least = cost(after);
    CHECK(penalty.zero_groups() > 0);
    tests::set_values(w, after);
    CHECK(penalty.zero_groups() < penalty.all_groups());
    for (std::uint64_t seed = 0; seed < 20; ++seed)
      for (const double step : {1e-3, 1e-2, 0.1})
        CHECK(cost(after + tests::random_tensor({10, 6, 3, 3, 3}, seed) * step) > least);
    for (const double factor : {0.9, 0.99, 1.01, 1.1}) CHECK(cost(after * factor) > least);
    CHECK(cost(before) > least);
  }
}

TEST_CASE("however hard a penalty presses, the largest groups that a layer keeps stay as they are") {
  for (const char* spec : kSpecs) {
    CAPTURE(spec);
    Network network = one_layer(45, 6);
    Parameter& w = weights_of(network);
    tests::set_values(
        w, tests::random_tensor({45, 6, 3, 3, 3}, 7) * at::linspace(0.1, 2, 45).reshape({45, 1, 1, 1, 1}));
    const at::Tensor before = w.values.detach().clone();
    const GroupSpec groups = parse_group_spec(spec);
    constexpr double kMayGo = 0.8;
    Penalty penalty(network, {{w.id, groups, 1e6, kMayGo}}, 1e9);
    for (int i = 0; i < 3; ++i) {
      penalty.shrink(1);
      penalty.reweight();
    }
    const at::Tensor kept = group_norms(w.values, groups) > 0, sizes = group_sizes(before, groups);
    const double stays = (1 - kMayGo) * static_cast<double>(before.numel());
    const double stayed = (kept * sizes).sum().item<double>();
    CHECK(stayed >= stays);
    CHECK(stayed - sizes.max().item<double>() < stays);  // one group fewer would not do
    CHECK(at::equal(w.values.detach(), before * spread(kept, before, groups)));
    const at::Tensor norms = group_norms(before, groups);
    CHECK(norms.masked_select(kept).min().item<float>() >=
          norms.masked_select(kept.logical_not()).max().item<float>());
  }
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
