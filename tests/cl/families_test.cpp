// The big test on an OpenCL device: problems of tests/problems x every OpenCL family that supports them, against the reference backend,
// with the best schedule and seeded random others. Compiling takes nearly all of the time: ordinary runs take a part of the lines.
// RT3D_TEST_CL=all takes all of them with more schedules (RT3D_TEST_SCHEDULES=<n> of each), RT3D_TEST_FAMILY=<how an id begins> one family.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "cl/opencl_here.h"
#include "jit/chosen_schedules.h"
#include "kernels/cl/cl.h"
#include "kernels/compare.h"
#include "kernels/read_problems.h"
#include "kernels/reorder_problem.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Port;
using kernels::Problem;
using kernels::Schedule;
using kernels::Space;

constexpr ListPart kLists[] = {{"conv", 16}, {"sparse", 30}, {"pool", 12},    {"elementwise", 8},
                               {"fc", 8},    {"move", 1},    {"winograd", 12}};

void check_problem(const KernelFamily& family, const Problem& problem, RenewedEngine& engines,
                   Checks& checks) {
  const std::uint64_t seed = checksum64(problem.text());
  Random random(seed);
  const kernels::Target target = engines.get().target();
  for (const Schedule& schedule :
       chosen_schedules(family.space(problem, target), told_schedules(all_of_opencl() ? 3 : 1), random)) {
    ++checks.made;
    kernels::Engine& engine = engines.get();
    CHECK(family.estimate_ns(problem, schedule, target) > 0);
    const std::uint64_t layout = (seed + static_cast<std::uint64_t>(checks.made)) % 4;
    if (!check_family(family, problem, schedule, engine.target(), engine.pool(), layout, &engine))
      ++checks.failed;
  }
}

}  // namespace

TEST_CASE("every OpenCL family computes what the reference does [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  RenewedEngine engines(pool);
  std::map<const KernelFamily*, Checks> counts;
  for (const ListPart& list : kLists)
    for (const Problem& problem : read_problems(cat("problems/", list.file, ".txt"))) {
      if (!is_sampled(problem.text(), list.part) && problem.op != "Softmax") continue;  // there are few
      for (const KernelFamily* family : kernels::cl::families()) {
        // Families that look at all weights do the same with zeros among them.
        const bool dense = !family->traits().leaves_zeros;
        if (!is_wanted(*family) || (dense && problem.attributes.has(kernels::kSparsityAttribute))) continue;
        Checks& checks = counts[family];
        if (checks.failed < kMostFailures && family->supports(problem, engines.get().target()))
          check_problem(*family, problem, engines, checks);
      }
    }
  for (const KernelFamily* family : kernels::cl::families()) {
    if (!is_wanted(*family)) continue;
    const std::string id(family->id());
    MESSAGE(id, ": ", counts[family].made, " checks");
    CHECK_MESSAGE(counts[family].made > 0, id, " supports none of the problems: nothing of it was tested");
  }
}

TEST_CASE(
    "copies move every element between the host's memory, the device's and layouts of both [slow: asan tsan "
    "aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  RenewedEngine engines(pool);
  const auto ports = [](Space space) {
    std::vector<Port> ports;
    for (const int block : {1, 4, 16})
      for (const auto& [h, w] : {std::pair{0, 0}, std::pair{1, 2}})
        for (const DType dtype : {DType::f32, DType::f16})
          if (dtype == DType::f32 || space == Space::device)
            ports.push_back({.block = block, .halo_h = h, .halo_w = w, .space = space, .dtype = dtype});
    return ports;
  };
  constexpr std::pair<Space, Space> kWays[] = {
      {Space::host, Space::device}, {Space::device, Space::host}, {Space::device, Space::device}};
  std::map<std::pair<Space, Space>, int> checks;
  std::uint64_t seed = 0;
  for (const Shape& shape :
       {Shape{3, 5}, Shape{2, 6, 7}, Shape{1, 20, 5, 3}, Shape{1, 3, 2, 5, 7}, Shape{2, 16, 3, 4, 4}})
    for (const auto& way : kWays)
      for (const Port& from : ports(way.first))
        for (const Port& to : ports(way.second)) {
          const Problem problem = kernels::reorder_problem(shape, from, to);
          if (!is_sampled(problem.text(), 12)) continue;
          for (const KernelFamily* family : kernels::cl::copies()) {
            kernels::Engine& engine = engines.get();
            INFO(problem.text());
            REQUIRE(family->supports(problem, engine.target()));
            CHECK(family->estimate_ns(problem, {}, engine.target()) > 0);
            CHECK(check_family(*family, problem, {}, engine.target(), pool, seed++, &engine));
            ++checks[way];
          }
        }
  for (const auto& way : kWays) CHECK(checks[way] > 10);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
