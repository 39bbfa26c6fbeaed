// Choosing in steps, and the answers to progress, with made-up families.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "runtime/fake_bench.h"

namespace rt3d::runtime {

TEST_SUITE_BEGIN("runtime");

TEST_CASE("choosing in steps comes to what one step comes to") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}, {knob(3), 12, 250}}),
      b("relu.b.cpu", {{knob(1), 12, 100}}, 8);
  const std::vector<std::string> problems{"Relu 1x10x33 -> 1x10x33", "Relu 1x10x99 -> 1x10x99"};
  FakeClock::reset();
  FakeBench at_once({&a, &b});
  const std::vector<Choice> want = at_once.choose(problems);
  FakeClock::reset();
  FakeBench bench({&a, &b});
  bench.slice = std::chrono::milliseconds(1);
  const std::vector<Choice> found = bench.choose(problems);
  CHECK(bench.steps > 4);
  CHECK(bench.done == 2);
  CHECK(bench.shares.back() == 1);
  CHECK(bench.shares.front() == 0);
  CHECK(std::is_sorted(bench.shares.begin(), bench.shares.end()));
  CHECK(bench.db.export_text() == at_once.db.export_text());
  for (std::size_t i = 0; i < problems.size(); ++i) {
    CHECK(found[i].family == want[i].family);
    CHECK(found[i].schedule == want[i].schedule);
    CHECK(found[i].source == Source::tuned);
    CHECK(found[i].time_ns == want[i].time_ns);
    CHECK(found[i].alternatives.size() == want[i].alternatives.size());
  }
}

TEST_CASE("when the callback says that it is enough, what is there is used, and the rest estimated") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}});
  FakeClock::reset();
  FakeBench bench({&a});
  TuningOptions options;
  int reports = 0;
  options.progress = [&](const TuningProgress&) {
    return ++reports < 2 ? tuner::Answer::go_on : tuner::Answer::stop;
  };
  const std::vector<Choice> choices =
      bench.choose({"Relu 1x10x33 -> 1x10x33", "Relu 1x10x99 -> 1x10x99"}, options);
  CHECK(reports == 2);
  CHECK(choices[1].source == Source::tuned);  // costs more
  CHECK(choices[1].schedule == knob(2));
  CHECK(choices[0].source == Source::estimate);
  CHECK(choices[0].schedule == knob(1));
}

TEST_SUITE_END();

}  // namespace rt3d::runtime
