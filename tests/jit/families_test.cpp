// The big test: every problem of tests/problems x every generated family that supports it x every instruction
// set that this CPU has, against the reference backend: with one thread the best schedule and seeded random
// others, with two threads one of them. RT3D_TEST_SCHEDULES=<n> asks for n random schedules of each (3 unless
// told); none: the best one, with one thread or with two. RT3D_TEST_FAMILY=<how an id begins> leaves the others out.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <vector>

#include "base/checksum.h"
#include "isas_here.h"
#include "jit/chosen_schedules.h"
#include "jit/families_reached.h"
#include "jit/jit.h"
#include "kernels/compare.h"
#include "kernels/read_problems.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

void check_problem(const KernelFamily& family, const Problem& problem, const Target& target, ThreadPool& pool,
                   Checks& checks) {
  const std::uint64_t seed = checksum64(problem.text());
  const int random_schedules = told_schedules(3);
  if (random_schedules == 0 && target.threads != 1 + static_cast<int>(seed / 4 % 2)) return;
  Random random(seed);
  const std::vector<Schedule> space = family.space(problem, target);
  std::vector<Schedule> schedules = chosen_schedules(space, random_schedules, random);
  if (target.threads > 1) schedules = {schedules[seed % schedules.size()]};
  for (const Schedule& schedule : schedules) {
    ++checks.made;
    CHECK(family.estimate_ns(problem, schedule, target) > 0);
    const std::uint64_t layout = (seed + static_cast<std::uint64_t>(checks.made)) % 4;
    if (!check_family(family, problem, schedule, target, pool, layout)) ++checks.failed;
  }
}

std::vector<const KernelFamily*> wanted_families() {
  std::vector<const KernelFamily*> wanted;
  for (const KernelFamily* family : jit::families())
    if (is_wanted(*family)) wanted.push_back(family);
  return wanted;
}

}  // namespace

TEST_CASE("every generated family computes what the reference does [slow: tsan]") {
  ThreadPool pools[] = {ThreadPool(1), ThreadPool(2)};
  const std::vector<Isa> isas = isas_here();
  const std::vector<const KernelFamily*> wanted = wanted_families();
  std::map<std::pair<Isa, const KernelFamily*>, Checks> counts;
  for (const char* file : {"conv", "pool", "elementwise", "fc", "sparse", "move", "winograd"})
    for (const Problem& problem : read_problems(cat("problems/", file, ".txt")))
      for (const KernelFamily* family : wanted)
        for (Isa isa : isas)
          for (ThreadPool& pool : pools) {
            const Target target{device_with(isa), pool.size(), kernels::Accuracy::half};
            // Families that look at all weights do the same with zeros among them.
            const bool dense = !family->traits().leaves_zeros;
            if (dense && problem.attributes.has(kernels::kSparsityAttribute)) continue;
            Checks& checks = counts[{isa, family}];
            if (checks.failed < kMostFailures && family->supports(problem, target))
              check_problem(*family, problem, target, pool, checks);
          }
  FamiliesReached reached;
  for (const auto& [key, checks] : counts) {
    if (checks.made == 0) continue;
    MESSAGE(std::string(isa_name(key.first)), " ", std::string(key.second->id()), ": ", checks.made,
            " checks");
    reached.add(key.first, *key.second);
  }
  if (wanted.size() == jit::families().size()) return reached.check(isas);
  CHECK_MESSAGE(!counts.empty(), "RT3D_TEST_FAMILY names no family that supports any of the problems");
}

}  // namespace rt3d::tests

TEST_SUITE_END();
