// Estimates choose where nothing was measured: they must put families in the order in which they were measured (AMD EPYC, Zen 5, one
// thread; docs/performance.md), at least where that is not close.
#include <doctest/doctest.h>

#include <string>

#include "jit/jit.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::jit {
namespace {

struct Measured {
  const char* problem;
  const char *faster, *slower;  // families
  double faster_ms, slower_ms;
};

constexpr Measured kMeasured[] = {
    // Columns through the clip: every tile waits for its lines.
    {"Conv 1x144x16x56x56,c64x144x3x1x1,c64 -> 1x64x16x56x56 act=relu dilations=1x1x1 group=1 "
     "pads=1x0x0x1x0x0 sparsity=vanilla:32x4:29% strides=1x1x1",
     "conv.winograd_sparse.t4s1", "conv.sparse", 4.22, 6.58},
    {"Conv 1x230x16x28x28,c128x230x3x1x1,c128 -> 1x128x8x28x28 act=relu dilations=1x1x1 group=1 "
     "pads=1x0x0x1x0x0 strides=2x1x1",
     "conv.winograd.t4s1", "conv.direct", 4.51, 5.42},
    // Few units, or nearly all of them.
    {"Conv 1x64x16x56x56,c144x64x1x3x3,c144 -> 1x144x16x56x56 act=relu dilations=1x1x1 group=1 "
     "pads=0x1x1x0x1x1 sparsity=kgs:8x4:10% strides=1x1x1",
     "conv.sparse_pixels", "conv.winograd_sparse.t1s4", 5.68, 9.53},
    {"Conv 1x512x2x7x7,c1152x512x1x3x3,c1152 -> 1x1152x2x7x7 act=relu dilations=1x1x1 group=1 "
     "pads=0x1x1x0x1x1 sparsity=kgs:8x4:79% strides=1x1x1",
     "conv.winograd.t1s4", "conv.sparse_pixels", 2.87, 4.84},
    {"Conv 1x256x8x28x28,c256x256x3x3x3,c256 -> 1x256x8x28x28 act=relu dilations=1x1x1 group=1 "
     "pads=1x1x1x1x1x1 sparsity=vanilla:8x4:15% strides=1x1x1",
     "conv.winograd_sparse.t4s4", "conv.winograd.t4s4", 6.47, 15.64},
    {"Gemm 1x4096,c4096x4096,c4096 -> 1x4096 act=relu sparsity=vanilla:8x4:28%", "fc.sparse", "fc.dot", 0.29,
     1.72},
};

double estimate(const std::string& id, const kernels::Problem& problem, const kernels::Target& target) {
  for (const kernels::KernelFamily* family : families())
    if (family->id() == id + ".avx512") {
      const std::vector<kernels::Schedule> space = family->space(problem, target);
      REQUIRE_FALSE(space.empty());
      return family->estimate_ns(problem, space.front(), target);
    }
  FAIL("no family " << id);
  return 0;
}

}  // namespace

TEST_CASE("estimates order families as they were measured") {
  kernels::Target target;
  target.device = this_device();
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
    CHECK(estimate(m.faster, problem, target) < estimate(m.slower, problem, target));
  }
}

}  // namespace rt3d::jit

TEST_SUITE_END();
