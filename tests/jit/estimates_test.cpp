// Estimates choose where nothing was measured: a family as fast as any and, where the difference is clear, not a slower one. Times are
// of an AMD EPYC (Zen 5), of one line of kMeasured each with the schedule that the estimate chooses:
//   RT3D_FORCE=conv.sparse_dot.avx512 rt3d bench one.problems --threads 1 --tune off --db none
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "jit/jit.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

struct Measured {
  const char* problem;
  const char *faster, *slower;  // families: which no other beats, and one that works in another way
  double faster_ms, slower_ms;
};

constexpr Measured kMeasured[] = {
    // Columns through the clip: every tile waits for its lines.
    {"Conv 1x144x16x56x56,c64x144x3x1x1,c64 -> 1x64x16x56x56 act=relu dilations=1x1x1 group=1 "
     "pads=1x0x0x1x0x0 sparsity=vanilla:32x4:29% strides=1x1x1",
     "conv.winograd_sparse.t4s1", "conv.sparse", 4.45, 6.11},
    {"Conv 1x230x16x28x28,c128x230x3x1x1,c128 -> 1x128x8x28x28 act=relu dilations=1x1x1 group=1 "
     "pads=1x0x0x1x0x0 strides=2x1x1",
     "conv.winograd.t4s1", "conv.direct", 4.61, 5.78},
    // Few units, or nearly all of them.
    {"Conv 1x64x16x56x56,c144x64x1x3x3,c144 -> 1x144x16x56x56 act=relu dilations=1x1x1 group=1 "
     "pads=0x1x1x0x1x1 sparsity=kgs:8x4:10% strides=1x1x1",
     "conv.sparse_dot", "conv.winograd_sparse.t1s4", 5.01, 9.79},
    {"Conv 1x64x16x56x56,c144x64x1x3x3,c144 -> 1x144x16x56x56 act=relu dilations=1x1x1 group=1 "
     "pads=0x1x1x0x1x1 sparsity=kgs:4x4:10% strides=1x1x1",
     "conv.sparse_pixels", "conv.winograd_sparse.t1s4", 6.89, 11.51},
    {"Conv 1x512x2x7x7,c1152x512x1x3x3,c1152 -> 1x1152x2x7x7 act=relu dilations=1x1x1 group=1 "
     "pads=0x1x1x0x1x1 sparsity=kgs:8x4:79% strides=1x1x1",
     "conv.winograd.t1s4", "conv.sparse_dot", 2.84, 3.89},
    {"Conv 1x256x8x28x28,c256x256x3x3x3,c256 -> 1x256x8x28x28 act=relu dilations=1x1x1 group=1 "
     "pads=1x1x1x1x1x1 sparsity=vanilla:8x4:15% strides=1x1x1",
     "conv.winograd_sparse.t4s4", "conv.winograd.t4s4", 6.93, 15.94},
    {"Gemm 1x4096,c4096x4096,c4096 -> 1x4096 act=relu sparsity=vanilla:8x4:28%", "fc.sparse", "fc.dot", 0.36,
     1.71},
};

// Every family that computes the problem, with the estimate of its best schedule.
std::map<std::string, double> estimates(const kernels::Problem& problem, const kernels::Target& target) {
  std::map<std::string, double> all;
  for (const kernels::KernelFamily* family : families())
    if (family->supports(problem, target))
      all[std::string(family->id())] =
          family->estimate_ns(problem, family->space(problem, target).front(), target);
  return all;
}

}  // namespace

TEST_CASE("estimates choose families that were measured to be the fastest") {
  kernels::Target target;
  target.device = this_device();
  target.device.name = "AMD EPYC";
  target.device.isa = Isa::avx512;
  target.device.cores = 2;
  target.device.l1d_bytes = 48 << 10;
  target.device.l2_bytes = 1 << 20;
  target.device.l3_bytes = 32 << 20;
  target.threads = 1;
  for (const Measured& m : kMeasured) {
    CAPTURE(m.problem);
    REQUIRE(m.slower_ms > 1.15 * m.faster_ms);
    const kernels::Problem problem = kernels::parse_problem(m.problem);
    const std::map<std::string, double> all = estimates(problem, target);
    const std::string faster = std::string(m.faster) + ".avx512", slower = std::string(m.slower) + ".avx512";
    REQUIRE(all.count(slower) == 1);
    const auto best = std::min_element(all.begin(), all.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    CHECK(best->first == faster);
  }
}

}  // namespace rt3d::jit

TEST_SUITE_END();
