// How hard a penalty presses, so that what is empty follows a plan.
#include "pruner/runs/strength.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "pruner/compared.h"
#include "pruner/motion_network.h"
#include "pruner/penalty.h"
#include "pruner/prunable_layers.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {

TEST_CASE("a penalty's strength follows the plan") {
  CHECK(planned_share(0.6, 0, 100) == 0);
  CHECK(planned_share(0.6, 50, 100) == doctest::Approx(0.3));
  CHECK(planned_share(0.6, 100, 100) == doctest::Approx(0.6));
  // Before the plan begins, what it begins with; then a while ahead; at last all.
  CHECK(next_aim(0.6, 0, 100).share == doctest::Approx(planned_share(0.6, 25, 100)));
  CHECK(next_aim(0.6, 0, 100).steps == 25);
  CHECK(next_aim(0.6, 50, 100).share == doctest::Approx(planned_share(0.6, 60, 100)));
  CHECK(next_aim(0.6, 50, 100).steps == 10);
  CHECK(next_aim(0.6, 99, 100).share == doctest::Approx(0.6));
  CHECK(next_aim(0.6, 0, 1).steps == 1);
  // Ahead of the plan what is needed, within limits; behind it the strength grows, however little is needed.
  CHECK(next_strength(1, 0.8, 0.6, 0.4, 50, 100) == doctest::Approx(0.8));
  CHECK(next_strength(1, 0.1, 0.6, 0.4, 50, 100) == doctest::Approx(0.5));
  CHECK(next_strength(1, 9, 0.6, 0.4, 50, 100) == doctest::Approx(2));
  CHECK(next_strength(1, 0.1, 0.6, 0.2, 50, 100) > 1);
  CHECK(next_strength(1, 0.1, 0.6, 0, 99, 100) < 4.0 / 3);
  CHECK(next_strength(1, 1.5, 0.6, 0.2, 50, 100) == doctest::Approx(1.5));
  CHECK(steps_between_looks(3) == 1);
}

TEST_CASE("what a penalty needs to empty so much is what its step then empties") {
  Network network = tests::trained_motion_network(0);
  std::vector<PenalizedLayer> layers;
  double macs = 0;
  for (const PrunableLayer& layer : prunable_layers(network, {})) {
    if (!layer.dense.empty()) continue;
    layers.push_back({layer.weights, pruning::parse_group_spec("kgs:8x4"), static_cast<double>(layer.macs)});
    macs += layers.back().macs;
  }
  REQUIRE(layers.size() == 3);
  Penalty penalty(network, layers, 1);
  penalty.reweight();
  std::map<std::string, at::Tensor> before;
  for (const Parameter& parameter : network.parameters())
    before[parameter.name] = parameter.values.detach().clone();
  layers[0].most = 0;
  Penalty sparing(network, layers, 1);
  sparing.reweight();
  double last = 0;
  for (const double share : {0.05, 0.3, 0.8}) {
    CAPTURE(share);
    const auto put_back_and_shrink = [&](double pressure) {
      const at::NoGradGuard without_gradients;
      for (Parameter& parameter : network.parameters()) parameter.values.copy_(before.at(parameter.name));
      penalty.shrink(pressure);
    };
    put_back_and_shrink(0);
    const double needed = penalty.needed(share * macs);
    CHECK(needed > last);
    last = needed;
    // Where a layer may lose nothing, the others are pressed harder.
    CHECK(sparing.needed(share * macs) > needed);
    put_back_and_shrink(needed * 0.9999);
    CHECK(penalty.zero_share() < share);
    put_back_and_shrink(needed * 1.0001);
    CHECK(penalty.zero_share() >= share);
    CHECK(penalty.zero_share() < share + 0.02);
    CHECK(penalty.needed(share * macs) > 0);  // though so much is empty
  }
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
