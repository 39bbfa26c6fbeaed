// Weights in Winograd's transform domain: exactly transformed they compute the ordinary convolution, for every tile.
#include "kernels/winograd_weights.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"
#include "kernels/ref/ref.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::kernels {
namespace {

Tensor random_tensor(const Shape& shape, Random& random) {
  Tensor t = Tensor::allocate({DType::f32, shape});
  for (float& v : t.mutable_values<float>()) v = random.normal();
  return t;
}

struct ConvCase {
  const char *size, *kernel, *strides, *pads, *out;
};
constexpr ConvCase kCases[] = {
    {"5x9x6", "3x3x3", "1x1x1", "1x1x1x1x1x1", "5x9x6"}, {"5x9x7", "3x3x3", "2x2x2", "1x1x1x1x1x1", "3x5x4"},
    {"5x9x6", "3x3x3", "1x2x2", "0x1x1x0x1x1", "3x5x3"}, {"3x6x7", "1x3x3", "1x1x1", "0x0x0x0x0x0", "3x4x5"},
    {"6x3x4", "3x1x1", "1x1x1", "1x0x0x1x0x0", "6x3x4"}, {"9x3x4", "3x1x1", "2x1x1", "1x0x0x1x0x0", "5x3x4"},
    {"9x2x3", "7x1x1", "2x1x1", "3x0x0x3x0x0", "5x2x3"}};

}  // namespace

TEST_CASE("exactly transformed weights compute the ordinary convolution") {
  Random random(1);
  int computed = 0;
  for (const ConvCase& c : kCases)
    for (const WinogradTile& tile : winograd_tiles()) {
      const Problem plain =
          parse_problem(cat("Conv 2x5x", c.size, ",c6x5x", c.kernel, ",c6 -> 2x6x", c.out,
                            " dilations=1x1x1 group=1 pads=", c.pads, " strides=", c.strides));
      const ConvShape s = conv_shape(plain);
      const auto shape = winograd_weight_shape(plain.input_shape(1), tile, {s.sd, s.sh, s.sw});
      if (!shape) continue;
      ++computed;
      Problem p = plain;
      p.inputs.push_back({.desc = {}, .constant = false, .absent = true});
      p.inputs.push_back({.desc = {DType::f32, *shape}, .constant = true, .absent = false});
      p.attributes.set(kWinogradAttribute, tile.text());
      INFO(p.text());
      std::vector<Tensor> inputs;
      inputs.reserve(p.inputs.size());
      for (std::size_t i = 0; i < plain.inputs.size(); ++i)
        inputs.push_back(random_tensor(plain.input_shape(i), random));
      const Tensor want = ref::compute(plain, inputs)[0];
      inputs.emplace_back();
      inputs.push_back(winograd_weights(inputs[1], tile, {s.sd, s.sh, s.sw}));
      const Tensor got = ref::compute(p, inputs)[0];
      REQUIRE(got.shape() == want.shape());
      std::vector<std::int64_t> indices;
      for (std::int64_t i = 0; i < got.elements(); i += 7) indices.push_back(i);
      std::vector<float> sampled(indices.size());
      ref::sample(p, inputs, indices, sampled);
      double worst = 0;
      for (std::size_t i = 0; i < static_cast<std::size_t>(got.elements()); ++i)
        worst = std::fmax(worst, std::fabs(static_cast<double>(got.values<float>()[i]) -
                                           static_cast<double>(want.values<float>()[i])));
      CHECK(worst < 4e-5);  // of sums up to 50; transformed weights are rounded to floats
      for (std::size_t i = 0; i < indices.size(); ++i)
        CHECK(sampled[i] == got.values<float>()[static_cast<std::size_t>(indices[i])]);
    }
  CHECK(computed == 25);
}

TEST_CASE("weights without a transform of the tile are refused") {
  Random random(2);
  const Tensor weights = random_tensor({4, 4, 3, 3, 3}, random);
  CHECK_THROWS_WITH_AS(static_cast<void>(winograd_weights(weights, {4, 4}, {1, 3, 3})),
                       doctest::Contains("have no transform t4s4"), Error);
  CHECK_THROWS_AS(static_cast<void>(winograd_weights(weights, {2, 1}, {1, 1, 1})), Error);
  const Problem p = parse_problem(
      "Conv 1x4x4x4x4,c4x4x3x3x3,-,-,c4x4x4x4x5 -> 1x4x4x4x4 group=1 "
      "pads=1x1x1x1x1x1 strides=1x1x1 winograd=t2s2");
  const std::vector<Tensor> inputs{
      random_tensor({1, 4, 4, 4, 4}, random), weights, {}, {}, random_tensor({4, 4, 4, 4, 5}, random)};
  CHECK_THROWS_WITH_AS(static_cast<void>(ref::compute(p, inputs)), doctest::Contains("do not fit"), Error);
}

}  // namespace rt3d::kernels

TEST_SUITE_END();
