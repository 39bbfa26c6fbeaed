// The reference backend as a kernel family: every problem of the lists, threads, operands that do not lie
// dense.
#include <doctest/doctest.h>

#include <cstring>

#include "kernels/compare.h"
#include "kernels/laid_out.h"
#include "kernels/read_problems.h"
#include "kernels/tensors.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {

using kernels::Problem;

TEST_CASE("the reference family computes every problem of the lists, and the same with two threads") {
  const kernels::KernelFamily& family = kernels::ref::family();
  ThreadPool pools[] = {ThreadPool(1), ThreadPool(2)};
  std::uint64_t count = 0;
  for (const char* file : {"conv", "pool", "elementwise", "fc", "move"})
    for (const std::string& line : read_lines(cat("problems/", file, ".txt"))) {
      INFO(line);
      const Problem problem = kernels::parse_problem(line);
      CHECK(problem.text() == line);
      ThreadPool& pool = pools[++count % 8 == 0];
      const kernels::Target target{this_device(), pool.size()};
      REQUIRE(family.supports(problem, target));
      CHECK(check_family(family, problem, {}, target, pool, count));
    }
}

TEST_CASE("the reference family reads and writes planar tensors with halos and inside larger ones") {
  const Problem problem = kernels::parse_problem("Add 2x3x2x4x5,2x3x2x4x5 -> 2x3x2x4x5 act=relu");
  const kernels::Target target{this_device(), 1};
  ThreadPool pool(1);
  Tensor a = Tensor::allocate(problem.outputs[0]), b = Tensor::allocate(problem.outputs[0]);
  Random random(7);
  for (Tensor* t : {&a, &b})
    for (float& v : t->mutable_values<float>()) v = random.uniform(-1, 1);
  LaidOut in(problem.outputs[0], {1, 1, 2}, false, 9), dense(problem.outputs[0], {}, false, 9);
  LaidOut out(problem.outputs[0], {1, 0, 3}, false, -5);
  in.store(a);
  dense.store(b);
  const auto kernel = kernels::ref::family().compile(
      {problem, {}, target, {in.placement(), dense.placement()}, {out.placement()}});
  const Buffer scratch(kernel->scratch_bytes());
  const std::vector<kernels::Place> inputs{in.address(), dense.address()}, outputs{out.address()};
  kernel->run({inputs, outputs, scratch.data(), pool});
  CHECK(values<float>(out.load()) == values<float>(kernels::ref::compute(problem, std::vector{a, b})[0]));
  CHECK(out.damage(true) == "");
}

TEST_CASE("an operator that refuses run-time values leaves zeros behind in a kernel") {
  const Problem problem = kernels::parse_problem("Gather 2,1:i64 -> 1");
  const kernels::Target target{this_device(), 1};
  ThreadPool pool(1);
  const auto kernel = kernels::ref::family().compile({problem, {}, target, {}, {}});
  float x[2] = {1, 2}, y = 9;
  std::int64_t index = 5;
  const std::vector<kernels::Place> inputs{reinterpret_cast<std::byte*>(x),
                                           reinterpret_cast<std::byte*>(&index)};
  const std::vector<kernels::Place> outputs{reinterpret_cast<std::byte*>(&y)};
  const Buffer scratch(kernel->scratch_bytes());
  kernel->run({inputs, outputs, scratch.data(), pool});
  CHECK(y == 0);
  index = 1;
  kernel->run({inputs, outputs, scratch.data(), pool});
  CHECK(y == 2);
}

TEST_CASE("the family's table is sorted, without repetition, and its estimate counts multiply-accumulates") {
  const std::vector<std::string> names = kernels::ref::operators();
  for (std::size_t i = 1; i < names.size(); ++i) CHECK(names[i - 1] < names[i]);
  const Problem fc = kernels::parse_problem("Gemm 2x10,c3x10 -> 2x3");
  CHECK(kernels::ref::family().estimate_ns(fc, {}, {}) == 5 * (2 * 3 * 10 + 20 + 30 + 6));
  CHECK_FALSE(kernels::ref::family().supports(kernels::parse_problem("NoSuchOp 1 -> 1"), {}));
}

}  // namespace rt3d::tests

TEST_SUITE_END();
