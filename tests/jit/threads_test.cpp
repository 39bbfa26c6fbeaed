// Threads share the outputs of a kernel, never a sum: real numbers, whose sums depend on their order, give the same bits however many
// threads there are.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>

#include "base/checksum.h"
#include "base/random.h"
#include "isas_here.h"
#include "jit/families_reached.h"
#include "jit/jit.h"
#include "kernels/family_run.h"
#include "kernels/read_problems.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

constexpr int kThreads[] = {1, 2, 3, 5, 8};
constexpr std::uint64_t kOneOf = 32;  // pairs of problem and family, beside the first of each family

std::vector<Tensor> real_inputs(const Problem& p, std::uint64_t seed) {
  Random random(seed);
  std::vector<Tensor> inputs;
  for (const kernels::Operand& operand : p.inputs) {
    inputs.emplace_back();
    if (operand.absent) continue;
    Tensor t = Tensor::allocate({DType::f32, operand.desc.shape});
    for (float& v : t.mutable_values<float>()) v = random.normal();
    inputs.back() = t.converted(operand.desc.dtype);
  }
  make_weights(p, seed, inputs);
  return inputs;
}

// What differs, or nothing. Schedules that are for several threads alone are compared among these.
std::string difference(const KernelFamily& family, const Problem& p, const Schedule& schedule, Isa isa,
                       std::deque<ThreadPool>& pools, std::uint64_t seed) {
  const std::vector<Tensor> inputs = real_inputs(p, seed);
  std::vector<Tensor> first;
  for (ThreadPool& pool : pools) {
    const Target target{device_with(isa), pool.size(), kernels::Accuracy::half};
    if (!family.tunables(p, target).allow(schedule)) continue;
    FamilyRun run = run_family(family, p, schedule, target, pool, seed, inputs, UnusedLanes::finite);
    if (!run.fault.empty()) return cat(run.fault, " with ", pool.size(), " threads");
    for (std::size_t i = 0; i < first.size(); ++i)
      if (!std::ranges::equal(run.outputs[i].bytes(), first[i].bytes()))
        return cat("output ", i, " is another one with ", pool.size(), " threads");
    if (first.empty()) first = std::move(run.outputs);
  }
  return first.empty() ? "the schedule is legal with no number of threads" : "";
}

}  // namespace

TEST_CASE("families give the same bits with every number of threads [slow: asan tsan aarch64]") {
  std::deque<ThreadPool> pools;
  for (const int threads : kThreads) pools.emplace_back(threads);
  FamiliesReached reached;
  int compared = 0;
  for (const char* file : {"conv", "pool", "elementwise", "fc", "sparse", "move", "winograd"})
    for (const Problem& p : read_problems(cat("problems/", file, ".txt")))
      for (const Isa isa : isas_here())
        for (const KernelFamily* family : jit::families()) {
          const std::uint64_t seed = checksum64(cat(isa_name(isa), family->id(), p.text()));
          const Target most{device_with(isa), kThreads[std::size(kThreads) - 1], kernels::Accuracy::half};
          if (reached.has(isa, *family) && seed % kOneOf != 0) continue;
          if (!family->supports(p, most)) continue;
          reached.add(isa, *family);
          ++compared;
          const std::vector<Schedule> space = family->space(p, most);
          const Schedule& schedule = space[seed / kOneOf % 2 == 0 ? 0 : seed % space.size()];
          const std::string text = difference(*family, p, schedule, isa, pools, seed);
          CHECK_MESSAGE(text.empty(), std::string(family->id()), " [", schedule.text(), "]: ", p.text(), ": ",
                        text);
        }
  reached.check(isas_here());
  MESSAGE(compared, " problems and families");
}

}  // namespace rt3d::tests

TEST_SUITE_END();
