// Pruned layers on an OpenCL device: what the dense kernel computes of the same weights, and nothing listed that was pruned.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "cl/opencl_here.h"
#include "jit/chosen_schedules.h"
#include "kernels/cl/conv_units.h"
#include "kernels/cl/families.h"
#include "kernels/family_run.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::ConvShape;
using kernels::Problem;

struct Layer {
  const char* sparsity;
  std::vector<int> widths;  // of tiles that list units: the group's, and parts of it
};
const std::array<Layer, 5> kLayers{{{"kgs:8x4:40%", {8, 4}},
                                    {"kgs:4x4:30%", {4}},
                                    {"kgs:16x4:35%", {16, 8, 4}},
                                    {"vanilla:8x4:50%", {8, 4}},
                                    {"vanilla:32x4:50%", {16, 8, 4}}}};

// Channels that groups divide, and those that they do not; a kernel of planes, rows and columns, and strides and borders.
std::vector<Problem> problems(const std::string& sparsity) {
  std::vector<Problem> out;
  for (const char* shapes :
       {"1x12x3x6x7,c64x12x3x3x3,c64 -> 1x64x3x6x7 act=relu dilations=1x1x1 group=1 pads=1x1x1x1x1x1 ",
        "2x10x4x9x5,c37x10x2x3x1,- -> 2x37x2x5x5 dilations=2x1x1 group=1 pads=0x1x0x0x1x0 "}) {
    std::string text = cat("Conv ", shapes, "sparsity=", sparsity, " strides=1x1x1");
    if (std::string(shapes).starts_with("2x10")) text.replace(text.size() - 5, 5, "1x2x1");
    out.push_back(kernels::parse_problem(text));
  }
  return out;
}

// Integers, whose sums are exact in any order.
std::vector<Tensor> seeded_inputs(const Problem& p, std::uint64_t seed) {
  Random random(seed);
  std::vector<Tensor> inputs;
  for (const kernels::Operand& operand : p.inputs) {
    if (operand.absent) {
      inputs.emplace_back();
      continue;
    }
    Tensor& t = inputs.emplace_back(Tensor::allocate(operand.desc));
    for (float& v : t.mutable_values<float>()) v = static_cast<float>(random.below(9) - 4);
  }
  make_weights(p, seed, inputs);
  return inputs;
}

// Units that hold anything but zeros, counted one weight at a time.
std::int64_t surviving(const Tensor& weights, std::int64_t width) {
  const Shape& s = weights.shape();
  const std::int64_t positions = s.elements(2, s.rank());
  std::set<std::array<std::int64_t, 3>> units;
  const auto values = weights.values<float>();
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (values[at] == 0) continue;
    const auto i = static_cast<std::int64_t>(at);
    units.insert({i / positions / s[1] / width, i / positions % s[1] / 4, i % positions});
  }
  return static_cast<std::int64_t>(units.size());
}

// Weights that are not zero and not at the place of their tile, input and position.
int lost_weights(const kernels::cl::ListedUnits& listed, const Tensor& weights, const ConvShape& s,
                 const kernels::Placement& in, std::int64_t width) {
  const auto values = weights.values<float>();
  const std::int64_t positions = s.kernel_positions(), begins = kernels::ceil_div(s.oc, width) * (s.kd + 1);
  int lost = 0;
  for (std::int64_t oc = 0; oc < s.oc; ++oc)
    for (std::int64_t ic = 0; ic < s.ic; ++ic)
      for (std::int64_t k = 0; k < positions; ++k) {
        const float weight = values[static_cast<std::size_t>((oc * s.ic + ic) * positions + k)];
        if (weight == 0) continue;
        const std::int64_t kd = k / (s.kh * s.kw), kh = k / s.kw % s.kh, kw = k % s.kw, tile = oc / width;
        const auto* begin = listed.numbers.data() + tile * (s.kd + 1) + kd;
        const std::int64_t distance = ic / 4 * in.c + kd * s.dd * in.d + kh * s.dh * in.h + kw * s.dw * 4;
        bool found = false;
        for (std::int32_t u = begin[0]; u < begin[1]; ++u)
          if (listed.numbers[static_cast<std::size_t>(begins + u)] == distance)
            found = found ||
                    listed.weights[static_cast<std::size_t>((u * 4 + ic % 4) * width + oc % width)] == weight;
        lost += found ? 0 : 1;
      }
  return lost;
}

}  // namespace

TEST_CASE("pruned layers list the units that survive and no others, with their weights and places") {
  ThreadPool pool(1);
  int lists = 0;
  for (const Layer& layer : kLayers)
    for (const Problem& p : problems(layer.sparsity))
      for (const std::uint64_t seed : {1, 3, 4}) {  // 3: nothing is left of the first group
        const Tensor weights = seeded_inputs(p, seed)[1];
        const ConvShape s = kernels::conv_shape(p);
        const auto in = kernels::Placement::of(p.input_shape(0), {.block = 4, .halo_h = 1, .halo_w = 2});
        for (const int width : layer.widths) {
          CAPTURE(p.text());
          CAPTURE(width);
          const kernels::cl::ListedUnits listed = kernels::cl::list_units(weights, s, width, in, 1, pool);
          const std::int64_t tiles = kernels::ceil_div(s.oc, width), begins = tiles * (s.kd + 1);
          const std::int64_t units = surviving(weights, width);
          REQUIRE(static_cast<std::int64_t>(listed.numbers.size()) == begins + units);
          REQUIRE(static_cast<std::int64_t>(listed.weights.size()) == units * 4 * width);
          REQUIRE(listed.numbers[static_cast<std::size_t>(begins - 1)] == units);
          CHECK(std::is_sorted(listed.numbers.begin(), listed.numbers.begin() + begins));
          ++lists;
          CHECK(lost_weights(listed, weights, s, in, width) == 0);
          // Of whole groups nothing is multiplied that was pruned.
          const kernels::Sparsity sparsity = *kernels::sparsity_of(p);
          if (seed % 3 != 0 && s.oc % sparsity.gm == 0 && s.ic % 4 == 0 &&
              width == std::min(sparsity.gm, 16)) {
            const kernels::Pattern pattern = kernels::pattern_of(weights, sparsity.gm, sparsity.gn);
            CHECK(static_cast<double>(units * 4 * width) <=
                  1.05 * static_cast<double>(pattern.kept_weights()));
          }
        }
      }
  CHECK(lists == 2 * 3 * (2 + 1 + 3 + 2 + 3));
}

TEST_CASE("tiles of a work-group list as many units in each plane, and what is added are units of zeros") {
  ThreadPool pool(1);
  int longer = 0;
  for (const Layer& layer : kLayers)
    for (const Problem& p : problems(layer.sparsity))
      for (const std::int64_t together : {2, 3, 16}) {
        const Tensor weights = seeded_inputs(p, 3)[1];  // nothing is left of the first group
        const ConvShape s = kernels::conv_shape(p);
        const auto in = kernels::Placement::of(p.input_shape(0), {.block = 4, .halo_h = 1, .halo_w = 2});
        const std::int64_t width = layer.widths[0], tiles = kernels::ceil_div(s.oc, width);
        CAPTURE(p.text());
        CAPTURE(together);
        using kernels::cl::list_units;
        const kernels::cl::ListedUnits alone = list_units(weights, s, width, in, 1, pool);
        const kernels::cl::ListedUnits level = list_units(weights, s, width, in, together, pool);
        CHECK(lost_weights(level, weights, s, in, width) == 0);
        const auto units = [&](const kernels::cl::ListedUnits& listed, std::int64_t tile, std::int64_t kd) {
          const auto* begin = listed.numbers.data() + tile * (s.kd + 1) + kd;
          return begin[1] - begin[0];
        };
        for (std::int64_t tile = 0; tile < tiles; ++tile)
          for (std::int64_t kd = 0; kd < s.kd; ++kd) {
            std::int32_t most = 0;
            const std::int64_t first = tile / together * together;
            for (std::int64_t t = first; t < std::min(first + together, tiles); ++t)
              most = std::max(most, units(alone, t, kd));
            CHECK(units(level, tile, kd) == most);
            longer += units(level, tile, kd) > units(alone, tile, kd) ? 1 : 0;
            // No unit stands twice: what is added was pruned.
            const auto* begin = level.numbers.data() + tile * (s.kd + 1) + kd;
            const auto* distances = level.numbers.data() + tiles * (s.kd + 1);
            CHECK(std::set<std::int32_t>(distances + begin[0], distances + begin[1]).size() ==
                  static_cast<std::size_t>(most));
          }
      }
  CHECK(longer > 0);
}

TEST_CASE(
    "as long as the longest of a work-group, lists have at most 5 % more units [slow: asan tsan aarch64]") {
  ThreadPool pool(1);
  // C3D's conv4b and R(2+1)D's layer4.1.conv1.0.0 at the paper's rates, with the work-groups that an Adreno has for them.
  const std::pair<const char*, std::int64_t> layers[] = {
      {"Conv 1x512x4x14x14,c512x512x3x3x3,c512 -> 1x512x4x14x14 act=relu dilations=1x1x1 group=1 "
       "pads=1x1x1x1x1x1 sparsity=kgs:8x4:30% strides=1x1x1",
       4},
      {"Conv 1x512x2x7x7,c1152x512x1x3x3,c1152 -> 1x1152x2x7x7 act=relu dilations=1x1x1 group=1 "
       "pads=0x1x1x0x1x1 sparsity=kgs:8x4:79% strides=1x1x1",
       8}};
  for (const auto& layer : layers) {
    const Problem p = kernels::parse_problem(layer.first);
    CAPTURE(layer.first);
    const Tensor weights = seeded_inputs(p, 1)[1];
    const ConvShape s = kernels::conv_shape(p);
    const auto in = kernels::Placement::of(p.input_shape(0), {.block = 4, .halo_h = 1, .halo_w = 2});
    const auto units = [&](std::int64_t together) {
      const std::int64_t begins = kernels::ceil_div(s.oc, 8) * (s.kd + 1);
      return kernels::cl::list_units(weights, s, 8, in, together, pool)
          .numbers[static_cast<std::size_t>(begins - 1)];
    };
    CHECK(units(layer.second) <= 1.05 * units(1));
  }
}

TEST_CASE(
    "pruned layers compute on an OpenCL device what the dense kernel does of the same weights [slow: asan "
    "tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  RenewedEngine engines(pool);
  int compared = 0;
  for (const Layer& layer : kLayers)
    for (const Problem& p : problems(layer.sparsity)) {
      const std::uint64_t seed = compared % 2 == 0 ? 1 : 3;
      const std::vector<Tensor> inputs = seeded_inputs(p, seed);
      const auto computed = [&](const kernels::KernelFamily& family, const kernels::Schedule& schedule) {
        kernels::Engine& engine = engines.get();
        const FamilyRun run = run_family(family, p, schedule, engine.target(), pool, seed, inputs,
                                         UnusedLanes::finite, &engine);
        CHECK_MESSAGE(run.fault.empty(), run.fault);
        return run.outputs.at(0);
      };
      const kernels::KernelFamily &direct = kernels::cl::conv_direct(), &sparse = kernels::cl::conv_sparse();
      const kernels::Target target = engines.get().target();
      CAPTURE(p.text());
      REQUIRE(direct.supports(p, target));
      REQUIRE(sparse.supports(p, target));
      const Tensor dense = computed(direct, direct.space(p, target).front());
      Random random(seed);
      for (const kernels::Schedule& schedule :
           chosen_schedules(sparse.space(p, target), all_of_opencl() ? 20 : 2, random)) {
        CAPTURE(schedule.text());
        const Tensor got = computed(sparse, schedule);
        const auto a = dense.values<float>(), b = got.values<float>();
        CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
      }
      ++compared;
    }
  CHECK(compared == 10);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
