// How far from the largest float the values must stay that Winograd's methods work on: by how much their transforms can make them grow.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "base/random.h"
#include "isas_here.h"
#include "jit/jit.h"
#include "kernels/conv_shape.h"
#include "kernels/family_run.h"
#include "kernels/winograd_weights.h"
#include "test_data.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::LinearMap;
using kernels::Problem;
using kernels::WinogradTransform;

struct Growth {
  double input = 1;  // a transformed input over the largest input
  double sum = 1;    // any later value over the largest input × the sum of |weight| over an output's kernel
};

double row_sum(const LinearMap& map, int row) {
  double sum = 0;
  for (int i = 0; i < map.inputs; ++i) sum += std::fabs(map.at(row, i));
  return sum;
}

double largest(const LinearMap& map, int row) {
  double most = 0;
  for (int i = 0; i < map.inputs; ++i) most = std::fmax(most, std::fabs(map.at(row, i)));
  return most;
}

// Along one axis: inputs through a row of `input`, products with what a row of `kernel` makes of the weights, sums of these.
Growth growth(const WinogradTransform& t) {
  Growth g{0, 0};
  for (int i = 0; i < t.n; ++i) {
    g.input = std::fmax(g.input, row_sum(t.input, i));
    g.sum = std::fmax(g.sum, row_sum(t.input, i) * largest(t.kernel, i));
  }
  for (int k = 0; k < t.m; ++k) {
    double sum = 0;
    for (int i = 0; i < t.n; ++i)
      sum += std::fabs(t.output.at(k, i)) * row_sum(t.input, i) * largest(t.kernel, i);
    g.sum = std::fmax(g.sum, sum);
  }
  return g;
}

Growth growth(const kernels::ConvShape& s, const WinogradTile& tile) {
  const Growth time = growth(kernels::time_transform(s, tile)),
               space = growth(kernels::space_transform(s, tile));
  return {time.input * space.input * space.input, time.sum * space.sum * space.sum};
}

struct Kernel {
  const char* name;
  std::int64_t d, hw, stride;
};
constexpr Kernel kKernels[] = {
    {"3 taps", 3, 3, 1}, {"3 taps, stride 2", 3, 3, 2}, {"7 taps, stride 2 (depth: 3, stride 1)", 3, 7, 2}};

kernels::ConvShape shape(const Kernel& k) {
  kernels::ConvShape s{};
  s.kd = k.d;
  s.kh = s.kw = k.hw;
  s.sd = k.hw == 7 ? 1 : k.stride;
  s.sh = s.sw = k.stride;
  return s;
}

std::string rounded_down(double value) {
  const double power = std::pow(10, std::floor(std::log10(value)) - 1);
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", std::floor(value / power) * power);
  return text;
}

// The table's rows: the largest input that no transform of inputs lets overflow; the largest product of the largest input and the sum
// of an output's |weight| that no sum does.
std::vector<std::string> table() {
  constexpr double kMost = std::numeric_limits<float>::max();
  std::vector<std::string> rows;
  for (const Kernel& k : kKernels)
    for (const WinogradTile& tile : winograd_tiles()) {
      const kernels::ConvShape s = shape(k);
      if (tile.s == 1 && k.hw == 7) continue;  // that of 3 taps
      if ((tile.t > 1 && !has_winograd_transform(tile.t, s.kd, s.sd)) ||
          (tile.s > 1 && !has_winograd_transform(tile.s, s.kh, s.sh)))
        continue;
      const Growth g = growth(s, tile);
      rows.push_back(cat("| ", tile.text(), " | ", k.name, " | ", rounded_down(kMost / g.input), " | ",
                         rounded_down(kMost / g.sum), " |"));
    }
  return rows;
}

// A convolution whose every input has the same magnitude, and whose weights add up to 1 by magnitude.
constexpr const char* kProblem =
    "Conv 1x16x8x12x12,c16x16x3x3x3,c16 -> 1x16x8x12x12 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "strides=1x1x1";

bool finite_at(const kernels::KernelFamily& family, double magnitude, ThreadPool& pool, std::uint64_t seed) {
  const Problem p = kernels::parse_problem(kProblem);
  Random random(seed);
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    inputs.push_back(Tensor::allocate({DType::f32, p.input_shape(i)}));
    const double size = i == 0 ? magnitude : i == 1 ? 1.0 / (16 * 27) : 0;
    for (float& v : inputs.back().mutable_values<float>())
      v = static_cast<float>(random.below(2) == 0 ? size : -size);
  }
  const kernels::Target target{device_with(family.id().ends_with("avx2") ? Isa::avx2 : this_device().isa), 1};
  const FamilyRun run =
      run_family(family, p, family.space(p, target).front(), target, pool, 0, inputs, UnusedLanes::finite);
  const Tensor& result = run.outputs.at(0);
  const auto values = result.values<float>();
  return std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); });
}

}  // namespace

TEST_CASE("docs/accuracy.md states how far Winograd's inputs may go, as the transforms' row sums say") {
  std::stringstream page;
  page << std::ifstream(test_data("../docs/accuracy.md")).rdbuf();
  for (const std::string& row : table()) {
    MESSAGE(row);
    CHECK_MESSAGE(page.str().find(row) != std::string::npos, row);
  }
}

TEST_CASE(
    "Winograd's results are finite up to the stated inputs, and direct convolution's up to the largest "
    "float") {
  ThreadPool pool(1);
  const kernels::ConvShape s = kernels::conv_shape(kernels::parse_problem(kProblem));
  constexpr double kMost = std::numeric_limits<float>::max();
  int checked = 0, direct = 0;
  for (const kernels::KernelFamily* family : jit::families()) {
    const std::string id(family->id());
    const Isa isa = id.ends_with("avx2") ? Isa::avx2 : this_device().isa;
    if (!isa_runs_here(isa) || !family->supports(kernels::parse_problem(kProblem), {device_with(isa), 1}))
      continue;
    if (id.starts_with("conv.direct.")) {
      CHECK_MESSAGE(finite_at(*family, 0.99 * kMost, pool, 1), id);
      ++direct;
    }
    if (!id.starts_with("conv.winograd.")) continue;
    const Growth g = growth(s, *find_winograd_tile(id.substr(14, id.rfind('.') - 14)));
    for (std::uint64_t seed : {1, 2, 3})
      CHECK_MESSAGE(finite_at(*family, 0.99 * kMost / std::max(g.input, g.sum), pool, seed), id);
    ++checked;
  }
  const auto isas = static_cast<int>(isas_here().size());
  CHECK(direct == isas);
  CHECK(checked == 6 * isas);  // tiles for three taps along each axis
}

}  // namespace rt3d::tests

TEST_SUITE_END();
