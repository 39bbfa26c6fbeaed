// Why Winograd's convolution stays in floats: its multiplications in halves, emulated. Transformed inputs and weights are rounded to
// halves and their products added in halves; the transforms themselves are exact.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "jit/tile/half_weights.h"
#include "kernels/winograd_points.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using Block = std::vector<double>;  // of three axes

constexpr int kTaps = 3;
constexpr std::size_t kInputs = 64, kOutputs = 16, kTiles = 6;

// The map along one axis of a block whose sizes are given, and then are the new ones.
Block along(const kernels::LinearMap& map, const Block& x, std::array<std::size_t, 3>& sizes,
            std::size_t axis) {
  const auto outputs = static_cast<std::size_t>(map.outputs), inputs = static_cast<std::size_t>(map.inputs);
  std::size_t inner = 1, outer = 1;
  for (std::size_t a = axis + 1; a < 3; ++a) inner *= sizes[a];
  for (std::size_t a = 0; a < axis; ++a) outer *= sizes[a];
  Block y(outer * outputs * inner);
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < outputs; ++i)
      for (std::size_t j = 0; j < inputs; ++j)
        for (std::size_t k = 0; k < inner; ++k)
          y[(o * outputs + i) * inner + k] +=
              map.at(static_cast<int>(i), static_cast<int>(j)) * x[(o * inputs + j) * inner + k];
  sizes[axis] = outputs;
  return y;
}

using Axes = std::array<kernels::LinearMap, 3>;
Block transformed(const Axes& maps, Block x) {
  std::array<std::size_t, 3> sizes{};
  for (std::size_t axis = 0; axis < 3; ++axis) sizes[axis] = static_cast<std::size_t>(maps[axis].inputs);
  for (std::size_t axis = 0; axis < 3; ++axis) x = along(maps[axis], x, sizes, axis);
  return x;
}

double half(double x) { return half_to_float(jit::nearest_half(static_cast<float>(x))); }

std::vector<Block> random_blocks(std::size_t count, std::size_t size, double scale, bool relu,
                                 Random& random) {
  std::vector<Block> blocks(count, Block(size));
  for (Block& block : blocks)
    for (double& v : block) {
      const double x = static_cast<double>(random.normal()) * scale;
      v = relu ? std::fmax(x, 0) : x;
    }
  return blocks;
}

Block add_products(const std::vector<Block>& v, const Block* u, bool halves) {
  Block sums(v[0].size());
  for (std::size_t c = 0; c < v.size(); ++c)
    for (std::size_t i = 0; i < sums.size(); ++i)
      sums[i] = halves ? half(sums[i] + half(v[c][i]) * half(u[c][i])) : sums[i] + v[c][i] * u[c][i];
  return sums;
}

// The error of F(t; s×s) on 3×3×3 taps in halves, relative to the output's range.
double error_in_halves(int t, int s) {
  const kernels::WinogradTransform &time = kernels::winograd_transform(t, kTaps, 1),
                                   &space = kernels::winograd_transform(s, kTaps, 1);
  const Axes input{time.input, space.input, space.input}, kernel{time.kernel, space.kernel, space.kernel},
      output{time.output, space.output, space.output};
  const std::size_t pixels = static_cast<std::size_t>(time.span) * static_cast<std::size_t>(space.span) *
                             static_cast<std::size_t>(space.span);
  Random random(5);
  std::vector<Block> u;
  double largest_sum = 0;
  for (const Block& w : random_blocks(kInputs * kOutputs, 27,
                                      std::sqrt(2.0 / static_cast<double>(kInputs * 27)), false, random)) {
    u.push_back(transformed(kernel, w));
    for (double x : u.back())
      largest_sum = std::fmax(largest_sum, std::fabs(x) * static_cast<double>(kInputs));
  }
  for (Block& block : u)  // as the weights of direct convolution: by a power of two, so that no sum overflows
    for (double& x : block) x /= jit::half_scale(static_cast<float>(largest_sum));
  double worst = 0, range = 0;
  for (std::size_t tile = 0; tile < kTiles; ++tile) {
    std::vector<Block> v;
    for (const Block& x : random_blocks(kInputs, pixels, 1, true, random)) v.push_back(transformed(input, x));
    for (std::size_t o = 0; o < kOutputs; ++o) {
      const Block want = transformed(output, add_products(v, &u[o * kInputs], false));
      const Block got = transformed(output, add_products(v, &u[o * kInputs], true));
      for (std::size_t i = 0; i < want.size(); ++i) {
        worst = std::fmax(worst, std::fabs(got[i] - want[i]));
        range = std::fmax(range, std::fabs(want[i]));
      }
    }
  }
  return worst / range;
}

}  // namespace

TEST_CASE("Winograd's small tiles would keep the bound of half precision, its largest would not") {
  for (int t : {2, 4})
    for (int s : {2, 4}) {
      const double error = error_in_halves(t, s);
      MESSAGE("F(", t, "; ", s, "x", s, ") in halves: error ", error, " of the output's range");
      if (t == 2 && s == 2) CHECK(error < 1e-2);
      if (t == 4 && s == 4) CHECK(error > 1e-2);
    }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
