// Every OpenCL family on real-valued and extreme data (kernels/extremes.h) with its best schedule: a part of the lines in ordinary runs, all
// of them and random schedules (RT3D_TEST_SCHEDULES=<n>) with RT3D_TEST_CL=all.
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>

#include "base/checksum.h"
#include "cl/opencl_here.h"
#include "jit/chosen_schedules.h"
#include "kernels/cl/cl.h"
#include "kernels/extremes.h"
#include "kernels/read_problems.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;

constexpr ListPart kExtremes[] = {{"conv", 30},       {"sparse", 30}, {"pool", 10},
                                  {"elementwise", 5}, {"fc", 10},     {"move", 1}};

}  // namespace

TEST_CASE("OpenCL families keep NaN, infinities and their bounds of rounding [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  RenewedEngine engines(pool);
  std::map<const KernelFamily*, ExtremesCount> counts;
  for (const ListPart& list : kExtremes)
    for (const Problem& p : read_problems(cat("problems/", list.file, ".txt"))) {
      if (!is_sampled(cat("extremes ", p.text()), list.part) && p.op != "Softmax") continue;  // there are few
      const std::uint64_t seed = checksum64(p.text());
      for (const Data data : kHalfData) {  // one program, which is compiled once
        const Extremes e = extremes(p, data, seed);
        for (const KernelFamily* family : kernels::cl::families()) {
          // Families that look at all weights do the same with zeros among them.
          const bool dense = !family->traits().leaves_zeros;
          if (dense && p.attributes.has(kernels::kSparsityAttribute)) continue;
          if (!family->traits().half_inputs && data == Data::half_ends)
            continue;  // nothing special to floats
          ExtremesCount& count = counts[family];
          kernels::Engine& engine = engines.get();
          if (count.failures >= kMostFailures || !family->supports(p, engine.target())) continue;
          Random random(seed);
          for (const kernels::Schedule& s :
               chosen_schedules(family->space(p, engine.target()), told_schedules(0), random))
            check_extremes(*family, p, s, engine.target(), pool, e, count, &engine);
        }
      }
    }
  for (const KernelFamily* family : kernels::cl::families()) {
    const ExtremesCount& c = counts[family];
    const std::string id(family->id());
    MESSAGE(id, ": ", c.checks, " checks, ", c.finite, " finite, ", c.not_finite, " not finite, ", c.free,
            " free; error up to ", c.largest_error);
    CHECK_MESSAGE(c.checks > 0, id, " supports none of the problems: nothing of it was tested");
    CHECK_MESSAGE(c.finite + c.not_finite > 4 * c.free, id, " is hardly compared");
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
