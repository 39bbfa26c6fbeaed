// A share of zeros that was never measured is planned by what was measured near it.
#include <doctest/doctest.h>

#include <algorithm>

#include "kernels/sparsity.h"
#include "runtime/choosing/choice.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

struct NearBench {
  std::vector<Choice> choose(int kept_percent, tuner::Mode mode) {
    std::vector<Choice> choices(1);
    choices[0].problem = kernels::parse_problem(
        "Conv 1x32x2x8x8,c32x32x3x3x3 -> 1x32x2x8x8 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1");
    choices[0].problem.attributes.set(kernels::kSparsityAttribute,
                                      kernels::Sparsity{kernels::Scheme::kgs, 8, 4, kept_percent}.text());
    choices[0].text = choices[0].problem.text();
    TuningOptions options;
    options.mode = mode;
    options.limit_ms = 3'600'000;  // however slow the machine is: tuning ends when it has tried everything
    options.look = [] { return tuner::MachineState{0, 8}; };
    runtime::choose(choices, devices, options, db);
    return choices;
  }
  kernels::Target target{this_device(), 1};
  ThreadPool pool{1};
  Devices devices{"cpu", target, pool};
  tuner::TuningDb db{{}};
};

}  // namespace

TEST_CASE("what is not tuned is planned by a near share, and by estimates where nothing is near") {
  NearBench bench;
  if (bench.target.device.isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  CHECK(bench.choose(35, tuner::Mode::off)[0].source == Source::estimate);
  const Choice tuned = bench.choose(30, tuner::Mode::quick)[0];
  CHECK(tuned.source == Source::tuned);
  CHECK(bench.choose(3, tuner::Mode::off)[0].source == Source::estimate);

  const Choice near = bench.choose(35, tuner::Mode::off)[0];
  CHECK(near.source == Source::near);
  CHECK(near.measurements == 0);
  // Every alternative has the schedule that was found beside it, its time in proportion to the estimates.
  for (const Alternative& a : near.alternatives) {
    if (a.reserve) continue;
    const auto same = std::find_if(tuned.alternatives.begin(), tuned.alternatives.end(),
                                   [&](const Alternative& t) { return t.family == a.family; });
    REQUIRE(same != tuned.alternatives.end());
    CHECK(a.schedule == same->schedule);
    CHECK(a.time_ns ==
          doctest::Approx(same->time_ns * a.family->estimate_ns(near.problem, a.schedule, bench.target) /
                          a.family->estimate_ns(tuned.problem, a.schedule, bench.target)));
  }

  // Tuned, it takes a few measurements, and is known from then on.
  const Choice again = bench.choose(35, tuner::Mode::quick)[0];
  CHECK(again.source == Source::tuned);
  CHECK(again.measurements <= 3);
  CHECK(again.measurements < tuned.measurements);
  CHECK(bench.choose(35, tuner::Mode::quick)[0].source == Source::database);
}

}  // namespace rt3d::runtime
