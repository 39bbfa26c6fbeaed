// Which tiles of a convolution kinds of phones' GPUs get without tuning, and which are no choice there: what bench/gpu saw of their
// compilers (docs/gpu-model.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/cl/families.h"
#include "kernels/problem.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

struct Phone {
  Maker maker;
  int model, cores;
  double multiply_adds_per_ns, bytes_per_ns;
};
constexpr Phone kAdreno650{Maker::adreno, 650, 3, 451, 30.8};
constexpr Phone kAdreno740{Maker::adreno, 740, 6, 1044, 47};
constexpr Phone kMalis[] = {
    {Maker::mali, 57, 2, 61, 14.2}, {Maker::mali, 76, 12, 173, 22}, {Maker::mali, 610, 6, 330, 36}};

Target target_of(const Phone& phone) {
  Accelerator a;
  a.maker = phone.maker;
  a.model = phone.model;
  a.compute_units = phone.cores;
  a.most_work_items = 256;
  a.most_bytes = std::int64_t{1} << 30;
  a.image_buffer_texels = phone.maker == Maker::mali ? 0 : std::int64_t{1} << 27;  // as quirks leave it
  a.halves = true;
  a.multiply_adds_per_ns = phone.multiply_adds_per_ns;
  a.bytes_per_ns = phone.bytes_per_ns;
  a.launch_ns = 1e4;
  Target target;
  target.accuracy = kernels::Accuracy::half;
  target.threads = 1;
  target.device.accelerator = std::make_shared<const Accelerator>(std::move(a));
  return target;
}

// C3D's conv2, and what is left of it at 3.6x.
Problem conv2(const std::string& sparsity) {
  return kernels::parse_problem(
      cat("Conv 1x64x16x56x56,c128x64x3x3x3,c128 -> 1x128x16x56x56 act=relu dilations=1x1x1 "
          "group=1 pads=1x1x1x1x1x1 ",
          sparsity, "strides=1x1x1"));
}
const std::string kPruned = "sparsity=kgs:8x4:15% ";

bool has_tile(const std::vector<Schedule>& schedules, int rows, int blocks, int sums) {
  return std::any_of(schedules.begin(), schedules.end(), [&](const Schedule& s) {
    return s.get("rows") == rows && s.get("blocks") == blocks && s.get("sums", 0) == sums;
  });
}

constexpr int kFloats = 0, kHalves = 1;

// What Mesa 26.1.6 or 26.2.6 spills on a Mali, and what neither does; the pruned layer's sums have no parts.
struct Tile {
  bool pruned;
  int sums, rows, blocks;
  bool fits;
};
constexpr Tile kTiles[] = {
    {false, kHalves, 2, 2, true},  {false, kHalves, 4, 2, false}, {false, kHalves, 7, 1, false},
    {false, kHalves, 2, 4, false}, {false, kFloats, 2, 2, true},  {false, kFloats, 4, 1, false},
    {false, kFloats, 4, 2, false}, {true, kHalves, 4, 2, true},   {true, kHalves, 7, 1, false},
    {true, kHalves, 8, 2, false},  {true, kFloats, 2, 2, true},   {true, kFloats, 4, 1, false},
    {true, kFloats, 4, 2, false},
};

}  // namespace

TEST_CASE("a Mali gets no tile that spills") {
  for (const Phone& phone : kMalis)
    for (const Tile& tile : kTiles) {
      const Problem p = conv2(tile.pruned ? kPruned : "");
      const KernelFamily& family =
          tile.sums == kHalves
              ? (tile.pruned ? kernels::cl::conv_sparse_f16() : kernels::cl::conv_direct_f16())
              : (tile.pruned ? kernels::cl::conv_sparse() : kernels::cl::conv_direct());
      const Target target = target_of(phone);
      REQUIRE(family.supports(p, target));
      CHECK_MESSAGE(has_tile(family.space(p, target), tile.rows, tile.blocks, tile.sums) == tile.fits,
                    std::string(family.id()), " ", tile.rows, "x", tile.blocks, " on a Mali-G", phone.model);
    }
}

TEST_CASE("an Adreno gets no tile that spills") {
  const std::vector<Schedule> floats = kernels::cl::conv_direct().space(conv2(""), target_of(kAdreno650));
  CHECK(has_tile(floats, 8, 2, kFloats));
  CHECK_FALSE(has_tile(floats, 4, 4, kFloats));
  const std::vector<Schedule> halves = kernels::cl::conv_direct_f16().space(conv2(""), target_of(kAdreno650));
  CHECK(has_tile(halves, 7, 2, kHalves));
  CHECK_FALSE(has_tile(halves, 8, 4, kHalves));
}

TEST_CASE("without tuning tiles are those that bench/gpu found fastest") {
  const auto best = [](const KernelFamily& family, const Problem& p, const Phone& phone) {
    const Schedule s = family.space(p, target_of(phone)).front();
    return std::tuple(s.get("rows"), s.get("blocks"), s.get("sums", kFloats));
  };
  using kernels::cl::conv_direct, kernels::cl::conv_direct_f16, kernels::cl::conv_sparse,
      kernels::cl::conv_sparse_f16;
  const Problem dense = conv2(""), pruned = conv2(kPruned);
  for (const Phone& adreno : {kAdreno650, kAdreno740}) {
    CHECK(best(conv_direct_f16(), dense, adreno) == std::tuple(7, 2, kHalves));
    CHECK(best(conv_sparse_f16(), pruned, adreno) == std::tuple(8, 2, kHalves));
  }
  for (const Phone& mali : kMalis) {
    CHECK(best(conv_direct_f16(), dense, mali) == std::tuple(2, 2, kHalves));
    CHECK(best(conv_direct(), dense, mali) == std::tuple(2, 2, kFloats));
    CHECK(best(conv_sparse_f16(), pruned, mali) == std::tuple(4, 2, kHalves));
    CHECK(best(conv_sparse(), pruned, mali) == std::tuple(2, 2, kFloats));
  }
}

TEST_CASE("planes share a wave rather than output channels, whose loops do not end at once") {
  const Problem p = kernels::parse_problem(
      "Conv 1x64x16x56x56,c230x64x1x3x3,c230 -> 1x230x16x28x28 act=relu dilations=1x1x1 group=1 "
      "pads=0x1x1x0x1x1 strides=1x2x2");
  const Schedule s = kernels::cl::conv_direct_f16().space(p, target_of(kAdreno650)).front();
  CHECK(s.get("deep") == 1);
  CHECK(s.get("wide") * s.get("planes") == 128);
}

TEST_CASE("of schedules that wait for memory the one that computes least is the first") {
  const Problem p = kernels::parse_problem(
      "Conv 1x64x16x56x56,c128x64x1x1x1,c128 -> 1x128x8x28x28 act=none dilations=1x1x1 group=1 "
      "pads=0x0x0x0x0x0 strides=2x2x2");
  for (const Phone& adreno : {kAdreno650, kAdreno740}) {
    const Schedule s = kernels::cl::conv_direct_f16().space(p, target_of(adreno)).front();
    CHECK(s.get("rows") * s.get("blocks") >= 14);
  }
}

TEST_CASE("a fully connected layer's work-groups fill waves") {
  const Problem fc = kernels::parse_problem("Gemm 1x8192,c4096x8192,c4096 -> 1x4096 act=relu");
  const auto lanes = [&](const Phone& phone) {
    const Target target = target_of(phone);
    REQUIRE(kernels::cl::fc_dot_f16().supports(fc, target));
    return kernels::cl::fc_dot_f16().space(fc, target).front().get("lanes");
  };
  CHECK(lanes(kAdreno650) == 128);
  for (const Phone& mali : kMalis) CHECK(lanes(mali) == 16);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
