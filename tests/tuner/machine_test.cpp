// What a machine can do, as far as looks at it and the database tell.
#include "tuner/machine.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tuner/db_rows.h"
#include "tuner/fake_family.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {
namespace {

// A machine that is looked at with these results, the last of them for ever.
struct Looked {
  std::vector<MachineState> states;
  std::size_t looks = 0;

  Machine machine(std::function<double()> remembered = {}) {
    return Machine([this] { return states[std::min(looks++, states.size() - 1)]; }, std::move(remembered));
  }
};

constexpr kernels::Work kWork{.multiply_adds = 1000, .bytes = 0};

}  // namespace

TEST_CASE("a time is possible up to 1.15 times the highest rate that a look has found") {
  Looked looked{{{10, 0}}};
  Machine machine = looked.machine();
  CHECK(machine.possible(kWork, 100));
  CHECK(machine.possible(kWork, 88));
  CHECK_FALSE(machine.possible(kWork, 86));
  CHECK_FALSE(machine.possible(kWork, 0));
  CHECK_FALSE(machine.possible(kWork, -5));
  CHECK_FALSE(machine.possible(kWork, std::nan("")));
}

TEST_CASE("bytes count with four vectors to a multiply-add") {
  Looked looked{{{10, 0}}};
  Machine machine = looked.machine();
  CHECK(machine.possible({.multiply_adds = 0, .bytes = 16000}, 90));
  CHECK_FALSE(machine.possible({.multiply_adds = 0, .bytes = 16000}, 80));
}

TEST_CASE("a machine that looked slow at first is looked at again before a time is refused") {
  Looked looked{{{2, 3}, {5, 3}, {10, 3}}};
  Machine machine = looked.machine();
  CHECK(machine.possible(kWork, 600));
  CHECK(looked.looks == 1);
  CHECK(machine.possible(kWork, 100));
  CHECK(looked.looks == 3);
  CHECK_FALSE(machine.possible(kWork, 50));
  CHECK(looked.looks < 10);
}

TEST_CASE("what the database remembers is asked for once, and before a time is refused") {
  Looked looked{{{2, 3}}};
  int asked = 0;
  Machine machine = looked.machine([&] { return ++asked, 10.0; });
  CHECK(machine.possible(kWork, 600));
  CHECK(asked == 0);
  CHECK(machine.possible(kWork, 100));
  CHECK_FALSE(machine.possible(kWork, 50));
  CHECK(asked == 1);
}

TEST_CASE("a machine of which nothing is known can do anything in some time") {
  Machine blind;
  CHECK(blind.possible(kWork, 1e-3));
  CHECK_FALSE(blind.possible(kWork, 0));
  CHECK(blind.disturbance() == 0);
  Looked looked{{{0, 0}}};  // no generated code
  Machine machine = looked.machine();
  CHECK(machine.possible(kWork, 1e-3));
}

TEST_CASE("a machine is as disturbed as the quieter of two looks found it") {
  Looked quiet{{{10, 0.1}, {10, 5}}};
  CHECK(quiet.machine().disturbance() == 0.1);
  CHECK(quiet.looks == 1);
  Looked once{{{10, 3}, {10, 0.05}}};
  CHECK(once.machine().disturbance() == 0.05);
  Looked busy{{{10, 2}, {10, 3}}};
  CHECK(busy.machine().disturbance() == 2);
}

TEST_CASE("no CPU multiplies faster than two vectors a cycle, or four on AArch64, at seven gigahertz") {
  kernels::Target target;
  target.threads = 2;
  target.device.isa = Isa::avx2;  // 2 threads x 7 GHz x 2 x 8 lanes
  CHECK(possible_anywhere(kWork, 1000.0 / 223, target));
  CHECK_FALSE(possible_anywhere(kWork, 1000.0 / 225, target));
  target.device.isa = Isa::neon;  // 2 x 7 x 4 x 4
  CHECK(possible_anywhere(kWork, 1000.0 / 223, target));
  CHECK_FALSE(possible_anywhere(kWork, 1000.0 / 225, target));
  target.device.isa = Isa::none;
  CHECK(possible_anywhere(kWork, 1e-9, target));
}

TEST_CASE(
    "the highest rate is that of quiet rows of the device, by threads, that can be and name what there is") {
  FakeSetting s;
  s.target.device.isa = Isa::avx2;
  s.target.threads = 2;
  FakeFamily family("relu.fake.cpu", {{knob(1), 10}});
  family.multiply_adds = 1000;
  const std::vector<const kernels::KernelFamily*> families{&family};
  const Row good{.device = s.target.device.fingerprint(),
                 .threads = 1,
                 .problem = s.problem.text(),
                 .family = "relu.fake.cpu",
                 .version = 1,
                 .schedule = "a=1,b=0",
                 .time_ns = 100,
                 .default_ns = 100,
                 .rigor = 1};
  TuningDb db("");
  CHECK(highest_rate(db, families, s.target) == 0);
  db.store(good);
  CHECK(highest_rate(db, families, s.target) == doctest::Approx(20));
  int number = 0;
  for (const auto& spoil : std::vector<std::function<void(Row&)>>{
           [](Row& r) { r.device = "other"; }, [](Row& r) { r.disturbance = 2; },
           [](Row& r) { r.version = 7; }, [](Row& r) { r.family = "gone"; },
           [](Row& r) { r.schedule = "a=9,b=0"; }, [](Row& r) { r.time_ns = 1e-6; },
           [](Row& r) { r.time_ns = 0; }}) {
    CAPTURE(++number);
    Row bad = good;
    bad.threads = 2;
    bad.time_ns = 10;
    spoil(bad);
    TuningDb other("");
    other.store(bad);
    CHECK(highest_rate(other, families, s.target) == 0);
    CHECK(believable(bad, families, s.target.device) ==
          (bad.time_ns == 10));  // of what is not known anything may be
  }
  CHECK(believable(good, families, s.target.device));
}

TEST_CASE("an import takes no row that is not believed, and leaves those that it would have replaced") {
  TuningDb db("");
  const Row good = row_of(0);
  Row fast = good, new_one = good;
  fast.time_ns = 1;
  new_one.threads = 5;
  db.store(good);
  const std::string text = rows_text({fast, new_one});
  CHECK(db.import_text(text, [](const Row& row) { return row.time_ns > 1; }) == Stored{1, 0, 0, 1});
  CHECK(find(db, 0) == std::vector{good});
  CHECK(db.find(good.device, 5, good.problem) == std::vector{new_one});
  CHECK(db.import_text(text) == Stored{0, 1, 1, 0});
}

}  // namespace rt3d::tuner

TEST_SUITE_END();
