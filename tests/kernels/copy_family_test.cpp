// Copies between layouts as problems: what their text says, and every line of problems/reorder.txt against the reference.
#include "kernels/copy/copy.h"

#include <doctest/doctest.h>

#include "kernels/compare.h"
#include "kernels/read_problems.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {

using kernels::parse_problem;
using kernels::Port;
using kernels::Problem;

TEST_CASE("a copy between layouts is a problem whose text names both") {
  const Problem problem = kernels::reorder_problem({1, 20, 2, 3, 4}, {}, {16, 1, 2});
  CHECK(problem.text() == "Reorder 1x20x2x3x4 -> 1x20x2x3x4 from=1x0x0 to=16x1x2");
  CHECK(parse_problem(problem.text()) == problem);
  const auto ports = kernels::reorder_ports(problem);
  REQUIRE(ports);
  CHECK(ports->inputs == std::vector<Port>{{1, 0, 0}});
  CHECK(ports->outputs == std::vector<Port>{{16, 1, 2}});
}

TEST_CASE("what is no sound copy has no layouts, and no family") {
  const kernels::Target target{this_device(), 1};
  for (const char* text :
       {"Relu 1x4x2 -> 1x4x2 from=1x0x0 to=4x0x0", "Reorder 1x4x2 -> 1x4x2",
        "Reorder 1x4x2 -> 1x4x2 from=1x0x0", "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4",
        "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4x0", "Reorder 1x4x2 -> 1x4x2 from=0x0x0 to=4x0x0",
        "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4x-1x0", "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4294967297x0x0",
        "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4x0x1073741824", "Reorder 1x4x2 -> 1x4x2 from=1x0x0 to=4x0x0x7",
        "Reorder 1x4x2 -> 1x4x3 from=1x0x0 to=4x0x0", "Reorder 1x4x2,1x4x2 -> 1x4x2 from=1x0x0 to=4x0x0",
        "Reorder - -> 1x4x2 from=1x0x0 to=4x0x0", "Reorder 1x4x2 -> 1x4x2 from=name to=4x0x0"}) {
    INFO(std::string(text));
    const Problem problem = parse_problem(text);
    CHECK_FALSE(kernels::reorder_ports(problem).has_value());
    for (const kernels::KernelFamily* family : kernels::copy::families())
      CHECK_FALSE(family->supports(problem, target));
  }
  const Problem constant = parse_problem("Reorder c1x4x2 -> 1x4x2 from=1x0x0 to=4x0x0");
  const Problem flat = parse_problem("Reorder 8 -> 8 from=1x0x0 to=1x0x0");
  const Problem integers = parse_problem("Reorder 1x4x2:i64 -> 1x4x2:i64 from=1x0x0 to=4x0x0");
  const Problem narrowing = parse_problem("Reorder 1x4x2 -> 1x4x2:f16 from=1x0x0 to=4x0x0");
  for (const Problem& problem : {constant, flat, integers, narrowing}) {
    CHECK(kernels::reorder_ports(problem).has_value());
    CHECK_FALSE(kernels::copy::families()[0]->supports(problem, target));
  }
}

TEST_CASE("the types of both sides of a copy are its operands'") {
  const Port floats{.block = 8, .halo_h = 1}, halves{.block = 8, .dtype = DType::f16};
  const Problem problem = kernels::reorder_problem({1, 8, 2}, floats, halves);
  CHECK(problem.text() == "Reorder 1x8x2 -> 1x8x2:f16 from=8x1x0 to=8x0x0");
  CHECK(parse_problem(problem.text()) == problem);
  const auto ports = kernels::reorder_ports(problem);
  REQUIRE(ports);
  CHECK(ports->inputs == std::vector<Port>{floats});
  CHECK(ports->outputs == std::vector<Port>{halves});
  CHECK_FALSE(floats.same_memory(halves));
  CHECK(kernels::reorder_problem({1, 8, 2}, halves, halves).text() ==
        "Reorder 1x8x2:f16 -> 1x8x2:f16 from=8x0x0 to=8x0x0");
}

TEST_CASE("the reference copies planar tensors into every other type") {
  ThreadPool pool(1);
  const kernels::Target target{this_device(), 1};
  const kernels::KernelFamily& family = kernels::ref::family();
  std::uint64_t seed = 0;
  for (const char* types : {" -> 2x3x4x5:f16", " -> 2x3x4x5:i8", ":f16 -> 2x3x4x5", ":i8 -> 2x3x4x5",
                            ":f16 -> 2x3x4x5:f16", ":i64 -> 2x3x4x5:i64"})
    for (const char* layouts : {" from=1x0x0 to=1x0x0", " from=1x0x2 to=1x0x0", " from=1x0x0 to=1x1x1"}) {
      const Problem problem = parse_problem(cat("Reorder 2x3x4x5", types, layouts));
      INFO(problem.text());
      const bool floats = std::string(types).find(":i") == std::string::npos;
      if (!floats && std::string(layouts) != " from=1x0x0 to=1x0x0")
        continue;  // the tests lay out floats only
      REQUIRE(family.supports(problem, target));
      CHECK(check_family(family, problem, {}, target, pool, seed++));
    }
  CHECK(seed == 3 * 3 + 3);
  CHECK_FALSE(family.supports(parse_problem("Reorder 2x3 -> 2x3:f16 from=1x0x0 to=4x0x0"), target));
}

TEST_CASE("a copy of nothing takes a step's time, and no less") {
  const kernels::KernelFamily& family = *kernels::copy::families()[0];
  const kernels::Target target{this_device(), 1};
  for (const Shape& shape : {Shape{1, 0, 4}, Shape{0, 3, 4}, Shape{1, 16, 2, 0, 5}}) {
    const Problem problem = kernels::reorder_problem(shape, {}, {8, 0, 0});
    REQUIRE(family.supports(problem, target));
    const double ns = family.estimate_ns(problem, {}, target);
    CHECK(ns > 0);
    CHECK(ns <= family.estimate_ns(kernels::reorder_problem({1, 1, 1}, {}, {8, 0, 0}), {}, target));
  }
}

TEST_CASE("copies move every element between all pairs of layouts, and nothing else") {
  ThreadPool pools[] = {ThreadPool(1), ThreadPool(2)};
  std::uint64_t seed = 0;
  int by_reference = 0;
  for (const Problem& problem : read_problems("problems/reorder.txt")) {
    ThreadPool& pool = pools[seed % 2];
    const kernels::Target target{this_device(), pool.size()};
    for (const kernels::KernelFamily* family : kernels::copy::families()) {
      INFO(problem.text());
      REQUIRE(family->supports(problem, target));
      CHECK(family->estimate_ns(problem, {}, target) > 0);
      for (int layout = 0; layout < 4; ++layout)
        CHECK(check_family(*family, problem, {}, target, pool, seed++));
    }
    if (!kernels::ref::family().supports(problem, target)) continue;  // blocks
    ++by_reference;
    CHECK(check_family(kernels::ref::family(), problem, {}, target, pool, seed));
  }
  CHECK(by_reference == 4 * 6);  // pairs of planar layouts, and shapes
}

}  // namespace rt3d::tests

TEST_SUITE_END();
