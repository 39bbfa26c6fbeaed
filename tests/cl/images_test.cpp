// Convolutions that read buffers as images, and the lists by which they go.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cl/opencl_here.h"
#include "kernels/cl/cl.h"
#include "kernels/cl/conv_units.h"
#include "kernels/cl/families.h"
#include "kernels/compare.h"
#include "kernels/read_problems.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;

const std::array<const KernelFamily*, 6> kConvolutions{
    &kernels::cl::conv_direct(),     &kernels::cl::conv_direct_f16(), &kernels::cl::conv_sparse(),
    &kernels::cl::conv_sparse_f16(), &kernels::cl::conv_depthwise(),  &kernels::cl::conv_depthwise_f16()};

// The cheapest schedule that reads this as images, or none.
const Schedule* cheapest_with(const std::vector<Schedule>& space, int images) {
  const auto found = std::find_if(space.begin(), space.end(),
                                  [&](const Schedule& s) { return s.get("images", 0) == images; });
  return found == space.end() ? nullptr : &*found;
}

std::set<int> images_of(const KernelFamily& family, const Problem& problem, const kernels::Target& target) {
  std::set<int> images;
  for (const Schedule& schedule : family.space(problem, target))
    images.insert(static_cast<int>(schedule.get("images", 0)));
  return images;
}

}  // namespace

TEST_CASE("convolutions read images only where these reach every byte that a buffer may have") {
  Accelerator device;
  device.most_work_items = 128;
  device.halves = true;
  device.most_bytes = std::int64_t{1} << 30;
  kernels::Target target;
  target.accuracy = kernels::Accuracy::half;
  const auto images = [&](const KernelFamily& family, std::int64_t texels) {
    device.image_buffer_texels = texels;
    target.device.accelerator = std::make_shared<const Accelerator>(device);
    const Problem problem = kernels::parse_problem(
        "Conv 1x8x3x9x9,c8x1x3x3x3,c8 -> 1x8x3x9x9 dilations=1x1x1 group=8 pads=1x1x1x1x1x1 strides=1x1x1");
    return images_of(family, problem, target);
  };
  constexpr std::int64_t kOfHalves = std::int64_t{1} << 27, kOfFloats = std::int64_t{1} << 26;
  using Values = std::set<int>;
  CHECK(images(kernels::cl::conv_direct(), 0) == Values{0});
  CHECK(images(kernels::cl::conv_direct(), kOfFloats - 1) == Values{0});
  CHECK(images(kernels::cl::conv_direct(), kOfFloats) == Values{0, 1, 4});
  CHECK(images(kernels::cl::conv_direct_f16(), kOfHalves - 1) == Values{0});
  CHECK(images(kernels::cl::conv_direct_f16(), kOfHalves) == Values{0, 1, 4, 8});
  CHECK(images(kernels::cl::conv_depthwise(), kOfFloats) == Values{0, 1});
}

TEST_CASE("convolutions compute from images what the reference does [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  RenewedEngine engines(pool);
  constexpr int kProblems = 3;  // of each family and kind of image
  std::map<std::pair<const KernelFamily*, int>, int> checks;
  std::set<std::pair<const KernelFamily*, int>> offered;
  for (const char* list : {"conv", "sparse"})
    for (const Problem& problem : read_problems(cat("problems/", list, ".txt"))) {
      if (!is_sampled(problem.text(), 5)) continue;
      for (const KernelFamily* family : kConvolutions) {
        const kernels::Target target = engines.get().target();
        if (!family->supports(problem, target)) continue;
        const std::vector<Schedule> space = family->space(problem, target);
        for (const int images : {1, 4, 8}) {
          const Schedule* schedule = cheapest_with(space, images);
          if (schedule == nullptr) continue;
          offered.emplace(family, images);
          if (checks[{family, images}] == kProblems) continue;
          ++checks[{family, images}];
          kernels::Engine& engine = engines.get();
          CHECK(check_family(*family, problem, *schedule, engine.target(), pool,
                             static_cast<std::uint64_t>(checks.size()), &engine));
        }
      }
    }
  const Accelerator& device = *engines.get().target().device.accelerator;
  if (device.image_buffer_texels * 8 < device.most_bytes)
    RT3D_SKIP("images do not reach as far as buffers here");
  CHECK(offered.size() >= 10);  // depthwise has no images of weights; eights want half arithmetic
  for (const auto& [family, images] : offered) {
    const std::string which = cat(family->id(), ", images=", images);
    const int made = checks[{family, images}];
    CHECK_MESSAGE(made == kProblems, which);
  }
}

TEST_CASE(
    "dense lists hold every unit of each tile's input once, and tiles with the same input share distances") {
  const Problem problem = kernels::parse_problem(
      "Conv 1x16x3x7x9,c24x8x2x3x2,c24 -> 1x24x2x7x8 dilations=1x1x1 group=2 pads=0x1x0x0x1x0 strides=1x1x1");
  const kernels::ConvShape s = kernels::conv_shape(problem);
  const auto in = kernels::Placement::of(problem.input_shape(0), {.block = 4, .halo_h = 1, .halo_w = 0});
  const std::vector<std::int64_t> first{0, 0, 2};
  constexpr std::int64_t kBlocks = 2;
  for (const std::int64_t step : {1, 4}) {
    const std::vector<std::int32_t> list = kernels::cl::dense_list(s, first, kBlocks, in, step);
    const auto at = [&](std::int64_t place) { return list.at(static_cast<std::size_t>(place)); };
    const std::int64_t units = kBlocks * s.kh * s.kw;
    for (std::int64_t tile = 0; tile < 3; ++tile)
      for (std::int64_t kd = 0; kd < s.kd; ++kd) {
        const std::int64_t row = (tile * s.kd + kd) * 4;
        CHECK(at(row) == (tile * s.kd + kd) * units);
        CHECK(at(row + 1) == units);
        CHECK(at(row + 2) % 2 == 0);
        if (tile == 1) CHECK(at(row + 2) == at(row + 2 - s.kd * 4));
        std::int64_t unit = 0;
        for (std::int64_t c = first[static_cast<std::size_t>(tile)]; unit < units; ++c)
          for (std::int64_t kh = 0; kh < s.kh; ++kh)
            for (std::int64_t kw = 0; kw < s.kw; ++kw)
              CHECK(at(at(row + 2) + unit++) == (c * in.c + kd * in.d + kh * in.h + kw * 4) / step);
      }
    // Two tiles' distances, for three: and one number to read ahead.
    CHECK(static_cast<std::int64_t>(list.size()) == 3 * s.kd * 4 + 2 * s.kd * units + 1);
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
