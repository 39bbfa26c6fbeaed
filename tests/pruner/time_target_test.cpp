// Targets in time on machines that are made up: what is measured, what is chosen, and how a choice is corrected.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/parts/failure.h"
#include "cli/prune/layer_times.h"
#include "cli/prune/stage_lines.h"
#include "cli/prune/time_correction.h"
#include "cli/prune/time_plan.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {
namespace {

// Layers that take 100, 200, … dense, and of two schemes so much per share that is kept; a first layer that is not asked for.
Comparison made_up(const std::vector<std::string>& layers, std::size_t scheme, double kept, double slowdown) {
  Comparison found;
  for (std::vector<StepTime>* steps : {&found.dense, &found.pruned}) {
    const bool pruned = steps == &found.pruned;
    steps->push_back({"first", "Conv 1x3", 50 * slowdown});
    for (std::size_t i = 0; i < layers.size(); ++i) {
      const double dense = 100 * static_cast<double>(i + 1);
      const double sparse = dense * (0.1 + (scheme == 0 ? 1.5 : 0.8) * kept);
      steps->push_back({layers[i], "Conv 1x8", slowdown * (pruned ? std::min(dense, sparse) : dense)});
    }
  }
  return found;
}

pruner::LayerSurvey survey_of(const std::vector<std::string>& layers) {
  pruner::LayerSurvey survey;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    pruner::LayerOutcome row;
    row.name = layers[i];
    survey.rows.push_back(row);
    pruner::PrunableConv conv;
    conv.row = i;
    survey.convs.push_back(conv);
  }
  return survey;
}

const std::vector<std::string> kLayers{"a", "b", "c"};

}  // namespace

TEST_CASE(
    "layers are measured in whole models, however fast the machine is meanwhile, and tuning is bounded") {
  std::vector<double> shares;
  std::int64_t allowed_ms = 0;
  std::size_t told = 0;
  const ModelTimes times = measure_layers(
      kLayers, 2,
      [&](std::size_t scheme, double kept, std::int64_t tune_ms) {
        CHECK(tune_ms >= 0);
        shares.push_back(kept);
        Comparison found = made_up(kLayers, scheme, kept, shares.size() % 2 == 0 ? 3 : 1);
        found.tuned_ms = tune_ms / 2;  // the rest is the later ones'
        allowed_ms += found.tuned_ms;
        return found;
      },
      [&](std::size_t done, std::size_t all) {
        CHECK(all == 2 * std::size(kMeasuredShares));
        CHECK(done == told++);
      });
  CHECK(shares.size() == 2 * std::size(kMeasuredShares));
  CHECK(told == shares.size() + 1);
  CHECK(allowed_ms > 0);
  CHECK(allowed_ms <= 120'000);
  CHECK(times.dense_ns == doctest::Approx(650));
  REQUIRE(times.layers.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const double dense = 100 * static_cast<double>(i + 1);
    CHECK(times.layers[i].dense_ns == doctest::Approx(dense));
    REQUIRE(times.layers[i].curves.size() == 2);
    for (const double kept : kMeasuredShares) {
      CHECK(times.layers[i].curves[0].ns(kept) == doctest::Approx(dense * std::min(1.0, 0.1 + 1.5 * kept)));
      CHECK(times.layers[i].curves[1].ns(kept) == doctest::Approx(dense * std::min(1.0, 0.1 + 0.8 * kept)));
    }
  }
}

TEST_CASE(
    "layers get shares that were measured or lie between two such, and what is out of reach is refused") {
  const std::vector<double> shares = TimePlan::shares();
  for (const double kept : kMeasuredShares) CHECK(std::ranges::count(shares, kept) == 1);
  CHECK(shares.size() == 2 * std::size(kMeasuredShares));
  const ModelTimes times = measure_layers(
      kLayers, 2,
      [&](std::size_t scheme, double kept, std::int64_t) { return made_up(kLayers, scheme, kept, 1); },
      [](std::size_t, std::size_t) {});
  const TimePlan plan(survey_of(kLayers), pruning::parse_group_specs("kgs:8x4,vanilla:32x4"), times);
  CHECK(plan.dense_ns() == doctest::Approx(650));
  CHECK(plan.fastest_ns() == doctest::Approx(50 + 600 * 0.18));
  CHECK_NOTHROW(plan.require_reachable(160));
  CHECK_THROWS_AS(plan.require_reachable(150), UsageError);
  for (const double ns : {200.0, 300.0, 450.0, 600.0}) {
    const std::vector<pruner::LayerChoice> choices = plan.choose_near(ns);
    REQUIRE(choices.size() == 3);
    for (const pruner::LayerChoice& choice : choices) {
      const bool offered = choice.kept == 1 || std::ranges::count(shares, choice.kept) == 1;
      CHECK_MESSAGE(offered, choice.kept);
    }
    CHECK(plan.ns(choices) <= ns);
  }
}

TEST_CASE("a choice is corrected until it is close, and the best that was tried is made") {
  struct Machine {
    const char* what;
    std::size_t tries;
    double within;
    std::function<double(double aim)> takes;  // of the dense model's time
  };
  const Machine machines[] = {
      {"layers take more beside others", 3, 0.015, [](double aim) { return 0.15 + 0.9 * aim; }},
      {"all layers take less", 3, 0.015, [](double aim) { return 0.7 * aim; }},
      {"times change in steps", 6, 0.05, [](double aim) { return std::ceil(aim * 25) / 25 + 0.02; }},
      {"just as planned", 1, 0.015, [](double aim) { return aim; }},
  };
  const double wanted = 0.5;
  for (const Machine& machine : machines) {
    CAPTURE(std::string(machine.what));
    double made = 0, closest = 1;
    std::size_t tried = 0, told = 0;
    correct(
        wanted, machine.tries, [&](const std::string&, std::size_t, std::size_t) { ++told; },
        [&](double aim) { made = machine.takes(aim); },
        [&] {
          ++tried;
          closest = std::min(closest, std::fabs(std::log(made / wanted)));
          return made / wanted;
        });
    CHECK(tried <= machine.tries);
    CHECK(told == tried + 1);
    CHECK(std::fabs(std::log(made / wanted)) == doctest::Approx(closest));
    CHECK(closest <= machine.within);
  }
}

TEST_CASE("progress says how much time is left once something is done") {
  CHECK(stage_text("order of removal", 0, 8, 0) == "order of removal 0/8");
  CHECK(stage_text("order of removal", 2, 8, 30) == "order of removal 2/8, 1 min left");
  CHECK(stage_text("order of removal", 4, 5, 40) == "order of removal 4/5, 10 s left");
  CHECK(stage_text("order of removal", 8, 8, 60) == "order of removal 8/8");
}

}  // namespace rt3d::cli
