// What rows from elsewhere are good for on a machine: each is told by one reason.
#include "tuner/row_fit.h"

#include <doctest/doctest.h>

#include <string>

#include "tuner/fake_family.h"

TEST_SUITE_BEGIN("tuner");

namespace rt3d::tuner {

TEST_CASE("a row fits, or the first reason why it does not is told") {
  FakeSetting s;
  s.target.threads = 2;
  const FakeFamily family{"relu.fake.cpu", {{knob(1), 10}, {knob(2), 20}}, 1, 3};
  const std::vector<const kernels::KernelFamily*> families{&family};
  const Home homes[] = {{s.target, families}};
  const std::string here = s.target.device.fingerprint();
  const Row good{.device = here,
                 .threads = 2,
                 .problem = s.problem.text(),
                 .family = "relu.fake.cpu",
                 .version = 3,
                 .schedule = "a=2,b=0",
                 .time_ns = 100};
  const auto with = [&](auto Row::*field, auto value) {
    Row row = good;
    row.*field = std::move(value);
    return fit_of(row, homes);
  };
  CHECK(fit_of(good, homes) == Fit::here);
  CHECK(with(&Row::threads, 1) == Fit::here);
  CHECK(with(&Row::threads, 3) == Fit::other_threads);
  CHECK(with(&Row::device, here + "-another") == Fit::relative);
  CHECK(with(&Row::device, std::string("neon/Cortex-A76/l1=64K/l2=512K/l3=4096K")) == Fit::other_device);
  CHECK(with(&Row::family, std::string("relu.gone")) == Fit::unknown_family);
  CHECK(with(&Row::version, 2) == Fit::other_version);
  CHECK(with(&Row::version, 4) == Fit::other_version);
  CHECK(with(&Row::schedule, std::string("a=7,b=0")) == Fit::illegal_schedule);
  CHECK(with(&Row::schedule, std::string("nonsense")) == Fit::illegal_schedule);
  CHECK(with(&Row::problem, std::string("Conv")) == Fit::illegal_schedule);
  CHECK(fit_of(good, {}) == Fit::other_device);
}

TEST_CASE("a row of a relative that could not be used here is told by why") {
  FakeSetting s;
  const FakeFamily family{"relu.fake.cpu", {{knob(1), 10}}, 1, 3};
  const std::vector<const kernels::KernelFamily*> families{&family};
  const Home homes[] = {{s.target, families}};
  Row row{.device = s.target.device.fingerprint() + "-another",
          .threads = 64,
          .problem = s.problem.text(),
          .family = "relu.fake.cpu",
          .version = 3,
          .schedule = "a=1,b=0",
          .time_ns = 100};
  CHECK(fit_of(row, homes) == Fit::relative);  // whatever its threads
  row.version = 1;
  CHECK(fit_of(row, homes) == Fit::other_version);
}

}  // namespace rt3d::tuner
