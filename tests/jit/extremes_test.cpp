// Every generated family on real-valued and extreme data (kernels/extremes.h), on every instruction set that this CPU has, with its
// best schedule and as many random ones as RT3D_TEST_SCHEDULES says (none unless told).
#include <doctest/doctest.h>

#include <map>

#include "base/checksum.h"
#include "isas_here.h"
#include "jit/chosen_schedules.h"
#include "jit/families_reached.h"
#include "jit/jit.h"
#include "kernels/extremes.h"
#include "kernels/read_problems.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;

using Counts = std::map<std::pair<Isa, const KernelFamily*>, ExtremesCount>;

void check_problem(const Problem& p, const Extremes& e, Isa isa, ThreadPool& pool, Counts& counts) {
  const kernels::Target target{device_with(isa), pool.size(), kernels::Accuracy::half};
  for (const KernelFamily* family : jit::families()) {
    // Families that look at all weights do the same with zeros among them.
    const bool dense = !family->traits().leaves_zeros;
    if (dense && p.attributes.has(kernels::kSparsityAttribute)) continue;
    ExtremesCount& count = counts[{isa, family}];
    if (count.failures >= kMostFailures || !family->supports(p, target)) continue;
    Random random(e.seed);
    for (const kernels::Schedule& s : chosen_schedules(family->space(p, target), told_schedules(0), random))
      check_extremes(*family, p, s, target, pool, e, count);
  }
}

// Every line of a list, with all kinds of data or one.
void check_list(const char* list, bool all_data, ThreadPool& pool, Counts& counts) {
  for (const Problem& p : read_problems(cat("problems/", list, ".txt"))) {
    const std::uint64_t seed = checksum64(p.text());
    for (std::size_t kind = 0; kind < kAllData.size(); ++kind) {
      if (!all_data && kind != seed % kAllData.size()) continue;
      const Extremes e = extremes(p, kAllData[kind], seed);
      for (Isa isa : isas_here()) check_problem(p, e, isa, pool, counts);
    }
  }
}

void report(const Counts& counts, bool (*wanted)(std::string_view id) = nullptr) {
  FamiliesReached reached;
  for (const auto& entry : counts) {
    const auto& c = entry.second;
    if (c.checks == 0) continue;
    const std::string family = cat(isa_name(entry.first.first), " ", entry.first.second->id());
    reached.add(entry.first.first, *entry.first.second);
    MESSAGE(family, ": ", c.checks, " checks, ", c.finite, " finite, ", c.not_finite, " not finite, ", c.free,
            " free; error up to ", c.largest_error);
    CHECK_MESSAGE(c.finite + c.not_finite > 4 * c.free, family, " is hardly compared");
  }
  reached.check(isas_here(), wanted);
}

constexpr const char* kSmall[] = {"pool", "elementwise", "fc"};
constexpr const char* kLarge[] = {"conv", "sparse", "winograd"};

}  // namespace

TEST_CASE("families keep NaN, infinities and their bounds of rounding [slow: asan tsan aarch64]") {
  ThreadPool pool(1);
  Counts counts;
  for (const char* list : kSmall) check_list(list, true, pool, counts);
  for (const char* list : kLarge) check_list(list, false, pool, counts);
  report(counts);
}

TEST_CASE("convolutions keep NaN, infinities and their bounds of rounding with all kinds of data" *
          doctest::skip()) {
  ThreadPool pool(1);
  Counts counts;
  for (const char* list : kLarge) check_list(list, true, pool, counts);
  report(counts, [](std::string_view id) { return id.starts_with("conv."); });
}

}  // namespace rt3d::tests

TEST_SUITE_END();
