// What families say that their code carries out at the least, counted again from the loops themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "jit/jit.h"
#include "jit/winograd/estimate.h"
#include "kernels/conv_shape.h"
#include "kernels/read_problems.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Target;
using kernels::Work;

Target target_with(Isa isa) {
  Target target;
  target.device.isa = isa;
  target.device.features.fp16 = isa == Isa::neon;
  target.accuracy = kernels::Accuracy::half;
  return target;
}

Work work_of(std::string_view family, const Problem& problem, Isa isa) {
  const auto families = jit::families();
  const auto found =
      std::find_if(families.begin(), families.end(), [&](const auto* f) { return f->id() == family; });
  REQUIRE(found != families.end());
  const Target target = target_with(isa);
  REQUIRE((*found)->supports(problem, target));
  return (*found)->least_work(problem, (*found)->space(problem, target).front(), target);
}

// Multiply-adds of a Winograd convolution, from the rows and units of its plan.
double counted(const jit::WinogradLayer& layer, const jit::WinogradCut& cut, int lanes) {
  const jit::WinogradPlan plan(layer.shape, layer.method, cut, lanes, 14);
  std::int64_t rows = 0;
  for (std::int64_t t = 0; t < plan.blocks_t; ++t)
    for (std::int64_t y = 0; y < plan.blocks_y; ++y)
      for (const jit::RowGroup& group : *plan.block(t, y).groups) {
        const kernels::Taps& taps = plan.classes[group.row_class].taps;
        rows += group.rows * (taps.last - taps.first);
      }
  return static_cast<double>(layer.shape.n * plan.points * plan.q * rows * layer.shape.ic * layer.shape.oc);
}

}  // namespace

TEST_CASE("Winograd's multiply-adds are those of its plan's rows, and fewer than the convolution's") {
  const Problem p = kernels::parse_problem(
      "Conv 2x32x7x13x14,c48x32x3x3x3,c48 -> 2x48x7x13x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
      "strides=1x1x1");
  for (const auto& method :
       {WinogradTile{1, 2}, WinogradTile{1, 4}, WinogradTile{2, 2}, WinogradTile{2, 4}, WinogradTile{4, 4}})
    for (const jit::WinogradCut& cut :
         {jit::WinogradCut{1, 1, 1, false, false, 16}, {2, 2, 3, false, false, 16}}) {
      const jit::WinogradLayer layer{kernels::conv_shape(p), method, std::nullopt, false};
      CAPTURE(method.text());
      const double multiply_adds = jit::winograd_multiply_adds(layer, cut, 16);
      CHECK(multiply_adds == doctest::Approx(counted(layer, cut, 16)));
      CHECK(multiply_adds < 0.7 * static_cast<double>(kernels::multiply_accumulates(p)));
    }
}

TEST_CASE("sparse code multiplies the share that is kept") {
  const Problem p = kernels::parse_problem(
      "Conv 1x64x4x14x14,c64x64x3x3x3 -> 1x64x4x14x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1 "
      "sparsity=kgs:8x4:25%");
  const auto dense = static_cast<double>(kernels::useful_multiply_accumulates(p));
  for (const auto& [id, isa] :
       {std::pair{"conv.sparse_dot.avx512", Isa::avx512}, std::pair{"conv.sparse_pixels.avx2", Isa::avx2},
        std::pair{"conv.sparse.neon", Isa::neon}}) {
    const std::string family = id;
    CAPTURE(family);
    const double multiply_adds = work_of(id, p, isa).multiply_adds;
    CHECK(multiply_adds >= 0.249 * dense);
    CHECK(multiply_adds < 0.3 * dense);
  }
  const Problem fc = kernels::parse_problem("Gemm 1x512,c256x512 -> 1x256 sparsity=vanilla:8x8:50%");
  CHECK(work_of("fc.sparse.avx2", fc, Isa::avx2).multiply_adds == 512 * 256 / 2);
}

TEST_CASE("a multiply-add of halves counts as half of one of floats") {
  const Problem p = kernels::parse_problem(
      "Conv 1x16x1x8x8,c16x16x1x1x1 -> 1x16x1x8x8 dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1");
  CHECK(work_of("conv.direct_f16.neon", p, Isa::neon).multiply_adds == 16 * 16 * 64 / 2);
  CHECK(work_of("conv.direct.neon", p, Isa::neon).multiply_adds == 16 * 16 * 64);
}

TEST_CASE("pooling and elementwise code have the bytes that they load and store") {
  // Inside the clip: 5 of 6 taps along depth, rows and columns of two windows each; two vectors of channels.
  const Problem pool = kernels::parse_problem(
      "MaxPool 1x16x4x4x4 -> 1x16x2x2x2 kernel_shape=3x3x3 pads=1x1x1x1x1x1 strides=2x2x2");
  // Columns 0 to 3, each once.
  CHECK(work_of("pool.window.avx2", pool, Isa::avx2).bytes == 2 * (5 * 5 * 4 + 8) * 32);
  // Every second column and row only.
  const Problem sparse = kernels::parse_problem(
      "MaxPool 1x8x1x8x8 -> 1x8x1x4x4 kernel_shape=1x1x1 pads=0x0x0x0x0x0 strides=1x2x2");
  CHECK(work_of("pool.window.avx2", sparse, Isa::avx2).bytes == (4 * 4 + 16) * 32);
  const Problem add = kernels::parse_problem("Add 1x8x2x3x3,1x8x2x3x3 -> 1x8x2x3x3");
  CHECK(work_of("elementwise.stream.avx2", add, Isa::avx2).bytes == 3 * 144 * 4);
  const Problem scale = kernels::parse_problem("Mul 1x8x2x3x3,c1x8x1x1x1 -> 1x8x2x3x3");
  CHECK(work_of("elementwise.stream.avx2", scale, Isa::avx2).bytes == 2 * 144 * 4);
}

TEST_CASE("every family carries something out, and directly no more than the problem has [slow: tsan]") {
  std::set<const KernelFamily*> asked;
  for (const char* file : {"conv", "pool", "elementwise", "fc", "sparse", "winograd"})
    for (const Problem& problem : read_problems(cat("problems/", file, ".txt")))
      for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon})
        for (const KernelFamily* family : jit::families()) {
          const Target target = target_with(isa);
          if (!family->supports(problem, target)) continue;
          const kernels::Schedule schedule = family->space(problem, target).front();
          const Work work = family->least_work(problem, schedule, target);
          INFO(std::string(family->id()), " ", problem.text());
          CHECK(work.bytes > 0);
          const std::int64_t direct = family->executed_multiply_accumulates(problem, schedule, target);
          CHECK(direct <= kernels::multiply_accumulates(problem));
          if (direct > 0) CHECK(work.multiply_adds <= static_cast<double>(direct));
          asked.insert(family);
        }
  // Nothing is run, so that those of other CPUs are asked, too.
  for (const KernelFamily* family : jit::families())
    CHECK_MESSAGE(asked.count(family) == 1, std::string(family->id()), " supports none of the problems");
}

}  // namespace rt3d::tests

TEST_SUITE_END();
