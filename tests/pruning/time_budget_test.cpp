// Choices by time, against trying all of them.
#include "pruning/time_budget.h"

#include <doctest/doctest.h>

#include <limits>

#include "base/random.h"

TEST_SUITE_BEGIN("pruning");

namespace rt3d::pruning {
namespace {

using Layers = std::vector<std::vector<TimedOption>>;

Layers random_layers(std::uint64_t seed) {
  Random random(seed);
  Layers layers(5);
  for (auto& options : layers)
    for (int o = 0; o < 4; ++o)
      options.push_back({static_cast<double>(1 + random.below(100)), random.uniform(0, 1)});
  return layers;
}

TimedOption sum_of(const Layers& layers, const std::vector<std::size_t>& chosen) {
  TimedOption sum;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    sum.ns += layers[l][chosen[l]].ns;
    sum.loss += layers[l][chosen[l]].loss;
  }
  return sum;
}

// Infinite where nothing fits.
double least_loss(const Layers& layers, double ns) {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t code = 0; code < 4 * 4 * 4 * 4 * 4; ++code) {
    std::vector<std::size_t> chosen;
    for (std::size_t rest = code; chosen.size() < 5; rest /= 4) chosen.push_back(rest % 4);
    const TimedOption sum = sum_of(layers, chosen);
    if (sum.ns <= ns) least = std::min(least, sum.loss);
  }
  return least;
}

}  // namespace

TEST_CASE("of all choices that fit the time, the one that loses least") {
  int fit = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    for (const double ns : {50.0, 125.0, 250.0, 1000.0}) {  // of which whole numbers are whole ticks
      CAPTURE(seed);
      CAPTURE(ns);
      const Layers layers = random_layers(seed);
      const double least = least_loss(layers, ns);
      const std::vector<std::size_t> chosen = choose_options(layers, ns);
      if (least == std::numeric_limits<double>::infinity()) {
        CHECK(chosen.empty());
        ++refused;
        continue;
      }
      REQUIRE(chosen.size() == layers.size());
      CHECK(sum_of(layers, chosen).ns <= ns);
      CHECK(sum_of(layers, chosen).loss == doctest::Approx(least));
      ++fit;
    }
  CHECK(fit > 20);
  CHECK(refused > 5);
  CHECK(choose_options(random_layers(1), 0).empty());
  CHECK(choose_options(Layers{}, 1).empty());
}

TEST_CASE("times between measured shares, where less never takes longer") {
  const TimeCurve curve({{0.2, 30}, {1, 100}, {0.6, 110}, {0.1, 20}});
  CHECK(curve.ns(0.05) == doctest::Approx(20));
  CHECK(curve.ns(0.15) == doctest::Approx(25));
  CHECK(curve.ns(0.4) == doctest::Approx(65));
  CHECK(curve.ns(0.6) == doctest::Approx(100));
  CHECK(curve.ns(0.8) == doctest::Approx(100));
  CHECK(curve.ns(2) == doctest::Approx(100));
}

}  // namespace rt3d::pruning
