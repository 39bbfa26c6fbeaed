// choose() with made-up families: which alternatives compete, and how the time for measuring is shared.
#include <doctest/doctest.h>

#include <deque>
#include <numeric>

#include "jit/family/isa_family.h"
#include "runtime/fake_bench.h"

namespace rt3d::runtime {
namespace {

// A generated family that is fast and not exact.
class RoughFamily final : public jit::IsaFamily {
 public:
  explicit RoughFamily(const FakeFamily& does) : IsaFamily("relu.rough", 1, Isa::avx2), does_(does) {}
  kernels::Ports ports(const kernels::Problem& p, const kernels::Target& t) const override {
    return does_.ports(p, t);
  }
  kernels::Tunables tunables(const kernels::Problem& p, const kernels::Target& t) const override {
    return does_.tunables(p, t);
  }
  std::vector<kernels::Schedule> space(const kernels::Problem& p, const kernels::Target& t) const override {
    return does_.space(p, t);
  }
  double estimate_ns(const kernels::Problem& p, const kernels::Schedule& s,
                     const kernels::Target& t) const override {
    return does_.estimate_ns(p, s, t);
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest& r) const override {
    return does_.compile(r);
  }

 protected:
  bool computes(const kernels::Problem& p) const override { return p.op == "Relu"; }
  kernels::Accuracy accuracy() const override { return kernels::Accuracy::standard; }

 private:
  const FakeFamily& does_;
};

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("every family brings its best schedule, fastest first, and the second time all are remembered") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}}, 1, 1, 70),
      b("relu.b.cpu", {{knob(1), 12, 100}}, 8);
  FakeBench bench({&a, &b});
  for (const Source source : {Source::tuned, Source::database}) {
    const int compiled = a.counts.compiled + b.counts.compiled;
    const Choice choice = bench.choose({FakeBench::kRelu})[0];
    REQUIRE(choice.alternatives.size() == 2);
    CHECK(choice.family == &b);
    CHECK(choice.alternatives[0].family == &b);
    CHECK(choice.alternatives[0].source == source);
    CHECK(choice.alternatives[1].family == &a);
    CHECK(choice.alternatives[1].schedule == knob(2));
    CHECK(choice.alternatives[1].time_ns == doctest::Approx(200e3));
    CHECK(choice.alternatives[1].packed_bytes == 70);
    if (source == Source::database) {
      CHECK(choice.measurements == 0);
      CHECK(a.counts.compiled + b.counts.compiled == compiled);
    }
  }
}

TEST_CASE("estimates compete only where nothing was measured") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 20, 200}}, 1, 1, 50),
      b("relu.b.cpu", {{knob(1), 30, 100}}, 1, 1, 70), c("relu.c.cpu", {{knob(1), 1e9, 100}}, 1, 1, 20);
  FakeBench bench({&a, &b, &c});
  std::vector<Alternative> ways = bench.choose({FakeBench::kRelu}, tuner::Mode::off)[0].alternatives;
  REQUIRE(ways.size() == 3);
  for (const Alternative& way : ways) CHECK(way.source == Source::estimate);
  CHECK(ways[0].family == &a);

  bench.store(a, "a=2,b=0", 200e3);  // a million times its estimate: the others' must not win by that
  ways = bench.choose({FakeBench::kRelu}, tuner::Mode::off)[0].alternatives;
  REQUIRE(ways.size() == 2);
  CHECK(ways[0].family == &a);
  CHECK(ways[0].source == Source::database);
  CHECK(ways[1].family == &c);  // the leanest, in case memory is short
  CHECK(ways[1].reserve);
  CHECK(ways[1].time_ns >= 200e3);
}

TEST_CASE("rows of families that are not the most promising do not keep the others from being tried") {
  const FakeFamily plain("relu.plain.cpu", {{knob(1), 30, 300}}), fast("relu.fast.cpu", {{knob(1), 10, 100}});
  FakeBench bench({&plain, &fast});
  bench.store(plain, "a=1,b=0", 300e3);
  Choice choice = bench.choose({FakeBench::kRelu})[0];
  CHECK(choice.family == &fast);
  CHECK(choice.source == Source::tuned);
  choice = bench.choose({FakeBench::kRelu})[0];
  CHECK(choice.source == Source::database);
  CHECK(choice.alternatives.size() == 2);
}

TEST_CASE("full tuning improves on what quick tuning found, once") {
  std::vector<FakeSchedule> schedules;
  schedules.reserve(30);
  for (int i = 0; i < 30; ++i) schedules.push_back({knob(i), 10.0 + i, i == 25 ? 50.0 : 100.0});
  const FakeFamily family("relu.a.cpu", schedules);
  FakeBench bench({&family});
  CHECK(bench.choose({FakeBench::kRelu})[0].schedule == knob(0));
  const Choice full = bench.choose({FakeBench::kRelu}, tuner::Mode::full)[0];
  CHECK(full.schedule == knob(25));
  CHECK(full.measurements > 20);
  for (const tuner::Mode mode : {tuner::Mode::full, tuner::Mode::quick}) {
    const Choice again = bench.choose({FakeBench::kRelu}, mode)[0];
    CHECK(again.schedule == knob(25));
    CHECK(again.source == Source::database);
    CHECK(again.measurements == 0);
  }
}

TEST_CASE("a target of exact results has no alternatives that are not exact") {
  const FakeFamily plain("relu.plain.cpu", {{knob(1), 30, 300}}), fast("relu.fast.cpu", {{knob(1), 10, 100}});
  const RoughFamily rough(fast);
  FakeBench bench({&plain, &rough});
  bench.target.device.isa = Isa::avx2;
  CHECK(bench.choose({FakeBench::kRelu})[0].family == &rough);
  bench.target.accuracy = kernels::Accuracy::exact;
  const Choice exact = bench.choose({FakeBench::kRelu})[0];  // though the database knows the other
  CHECK(exact.family == &plain);
  CHECK(exact.alternatives.size() == 1);
}

TEST_CASE(
    "quick tuning of eight problems with nine families each ends in ten seconds with the fastest of all") {
  FakeClock::now = {};
  std::deque<FakeFamily> families;
  for (int f = 0; f < 9; ++f) {
    std::vector<FakeSchedule> schedules;
    for (int i = 0; i < 40; ++i) {
      const double us = 400 * (f == 5 ? 0.9 : 1 + 0.05 * f) + i;
      schedules.push_back(
          {knob(i % 8, i / 8), 1e3 * (400 + 20 * f + i), us, FakeSchedule::Fault::none, 20e3});
    }
    families.emplace_back("relu." + std::to_string(f) + ".cpu", schedules);
  }
  std::vector<const kernels::KernelFamily*> all;
  all.reserve(families.size());
  for (const FakeFamily& family : families) all.push_back(&family);
  FakeBench bench(all);
  // Like C3D's convolutions: 1 to 100 times 0.4 ms, some 80 ms in all, and 20 ms to prepare each candidate.
  std::vector<std::string> problems;
  for (int width : {100, 60, 40, 20, 8, 4, 2, 1})
    problems.push_back("Relu 1x10x" + std::to_string(33 * width) + " -> 1x10x" + std::to_string(33 * width));
  const std::vector<Choice> choices = bench.choose(problems);
  CHECK(FakeClock::now - std::chrono::steady_clock::time_point{} < std::chrono::milliseconds(10'500));
  for (const Choice& choice : choices) {
    INFO(choice.text, " after ", choice.measurements, " measurements");
    CHECK(choice.source == Source::tuned);
    CHECK(choice.family == &families[5]);
    CHECK(choice.alternatives.size() == 9);
  }
}

TEST_CASE("time for measuring goes to what costs most, and some to everything") {
  const std::vector<double> shares = tuning_shares({80, 20, 0, 0});
  CHECK(shares[0] == doctest::Approx(0.8 * 0.8 + 0.05));
  CHECK(shares[1] == doctest::Approx(0.8 * 0.2 + 0.05));
  CHECK(shares[3] == doctest::Approx(0.05));
  CHECK(tuning_shares({0, 0}) == std::vector<double>{0.1, 0.1});
  CHECK(tuning_shares({}).empty());
}

namespace {

// Options of a machine that looks so busy each time, the last for ever; counts the looks.
struct Looks {
  std::vector<double> disturbances;
  std::size_t looks = 0;

  TuningOptions options() {
    TuningOptions options;
    options.look = [this] {
      const std::size_t i = std::min(looks++, disturbances.size() - 1);
      return tuner::MachineState{1e9, disturbances[i]};
    };
    return options;
  }
};

}  // namespace

TEST_CASE(
    "rows of a busy machine are measured again when it is quiet, once, and replaced though they get slower") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}}),
      b("relu.b.cpu", {{knob(1), 12, 250}});
  FakeBench bench({&a, &b});
  bench.store(a, "a=1,b=0", 150e3, 2.0);  // less than it takes, and not the best
  bench.store(b, "a=1,b=0", 400e3, 2.0);
  Looks quiet{{0.1}};
  const Choice choice = bench.choose({FakeBench::kRelu}, quiet.options())[0];
  CHECK(choice.source == Source::tuned);
  CHECK(choice.measurements == 3);
  CHECK(choice.schedule == knob(2));
  for (const tuner::Row& row : bench.rows()) {
    CHECK(row.disturbance == 0.1);
    CHECK(row.time_ns == doctest::Approx(row.family == "relu.a.cpu" ? 200e3 : 250e3));
  }
  quiet.looks = 0;
  CHECK(bench.choose({FakeBench::kRelu}, quiet.options())[0].measurements == 0);
  CHECK(quiet.looks == 0);  // nothing is disturbed: nobody looks
}

TEST_CASE("rows of a busy machine stay while it is as busy, and where nothing may be measured") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}});
  FakeBench bench({&a});
  bench.store(a, "a=1,b=0", 310e3, 2.0);
  for (const double disturbance : {1.2, 2.0, 7.0}) {
    Looks busy{{disturbance}};
    const Choice choice = bench.choose({FakeBench::kRelu}, busy.options())[0];
    CHECK(choice.source == Source::database);
    CHECK(choice.measurements == 0);
  }
  Looks quiet{{0}};
  TuningOptions off = quiet.options(), no_time = quiet.options();
  off.mode = tuner::Mode::off;
  no_time.limit_ms = 0;
  for (const TuningOptions& options : {off, no_time})
    CHECK(bench.choose({FakeBench::kRelu}, options)[0].measurements == 0);
  CHECK(quiet.looks == 0);
  CHECK(a.counts.runs == 0);
}

TEST_CASE("a machine that is never quiet for long measures a row again a few times, then no more") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}});
  FakeBench bench({&a});
  int loads = 0, measured = 0;
  // It looks quiet, and is busy as soon as something is measured.
  for (; loads < 30; ++loads) {
    Looks looks{{0, 6}};
    const bool first = loads == 0;
    if (first) looks.disturbances = {6};
    if (bench.choose({FakeBench::kRelu}, looks.options())[0].measurements > 0) measured = loads;
  }
  CHECK(measured >= 1);
  CHECK(measured <= 6);
  REQUIRE(bench.rows().size() == 1);
  CHECK(bench.rows()[0].disturbance <= tuner::kQuiet);
}

TEST_CASE("a load measures only a few disturbed problems again, those that cost most first") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}});
  FakeBench bench({&a});
  std::vector<std::string> problems;
  for (int width : {1, 2, 3, 4, 5, 6}) {
    const std::string row = "1x10x" + std::to_string(33 * width);
    problems.push_back("Relu " + row + " -> " + row);
    bench.store(a, "a=1,b=0", 300e3 * width, 2.0, problems.back());
  }
  Looks quiet{{0}};
  std::vector<Choice> choices = bench.choose(problems, quiet.options());
  for (std::size_t i = 0; i < problems.size(); ++i) CHECK((choices[i].measurements > 0) == (i >= 2));
  choices = bench.choose(problems, quiet.options());
  for (std::size_t i = 0; i < problems.size(); ++i) CHECK((choices[i].measurements > 0) == (i < 2));
  for (const Choice& choice : bench.choose(problems, quiet.options())) CHECK(choice.measurements == 0);
}

TEST_CASE("a row that no CPU can be so fast for is as if it were not there") {
  FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}});
  a.multiply_adds = 1e7;
  FakeBench bench({&a});
  bench.target.device.isa = Isa::avx512;  // 224 multiply-adds a nanosecond and thread at the most: 45 us
  bench.store(a, "a=1,b=0", 40e3);
  const Choice choice = bench.choose({FakeBench::kRelu})[0];
  CHECK(choice.source == Source::tuned);
  CHECK(choice.schedule == knob(2));
  REQUIRE(bench.rows().size() == 1);
  CHECK(bench.rows()[0].time_ns == doctest::Approx(200e3));
  CHECK(bench.choose({FakeBench::kRelu})[0].measurements == 0);
}

TEST_CASE("asked to, tuning measures again all that is remembered, and takes what it finds") {
  const FakeFamily a("relu.a.cpu", {{knob(1), 10, 300}, {knob(2), 11, 200}}),
      b("relu.b.cpu", {{knob(1), 1e9, 250}});  // an estimate that quick tuning would not try
  FakeBench bench({&a, &b});
  bench.store(a, "a=1,b=0", 100e3);
  bench.store(b, "a=1,b=0", 90e3);
  CHECK(bench.choose({FakeBench::kRelu})[0].measurements == 0);
  TuningOptions again;
  again.again = true;
  const Choice choice = bench.choose({FakeBench::kRelu}, again)[0];
  CHECK(choice.source == Source::tuned);
  CHECK(choice.schedule == knob(2));
  CHECK(choice.measurements == 3);
  for (const tuner::Row& row : bench.rows())
    CHECK(row.time_ns == doctest::Approx(row.family == "relu.a.cpu" ? 200e3 : 250e3));
  again.mode = tuner::Mode::off;
  CHECK(bench.choose({FakeBench::kRelu}, again)[0].measurements == 0);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
