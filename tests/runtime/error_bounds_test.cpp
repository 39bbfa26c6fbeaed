// The bounds of random graphs are tight enough to see a wrong number, and wide enough for right ones.
#include "runtime/error_bounds.h"

#include <doctest/doctest.h>

#include <limits>

TEST_SUITE_BEGIN("runtime");

namespace rt3d::tests {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Bounded only_output(const std::string& text, std::vector<float> x, bool winograd = false) {
  const graph::Graph graph = graph::parse_graph(text);
  const Tensor input =
      Tensor::of<float>(DType::f32, graph.value(graph.inputs[0]).desc.shape, std::span<const float>(x));
  return bounded_outputs(graph, std::span(&input, 1), winograd).at(0);
}

bool accepts(const Bounded& want, std::vector<float> got) { return outside(want, got).empty(); }

}  // namespace

TEST_CASE("a bound is relative to what was summed") {
  const std::string dot = "input x f32 1x4\nconst w f32 1x4 = 1 1 -1 -1\ny f32 1x1 = Gemm(x, w)\noutput y\n";
  const Bounded small = only_output(dot, {1, 2, 3, 4});
  CHECK(accepts(small, {-4}));
  CHECK(!accepts(small, {-4.0001f}));
  CHECK(!accepts(small, {kNan}));
  const Bounded cancelled = only_output(dot, {10000, 20000, 20000, 10000.5f});
  CHECK(accepts(cancelled, {-0.5f}));
  CHECK(!accepts(cancelled, {-0.6f}));
}

TEST_CASE("what is not finite is asked for where it is certain, and there only") {
  const std::string relu = "input x f32 1x3\ny f32 1x3 = Relu(x)\noutput y\n";
  const Bounded want = only_output(relu, {kNan, kInfinity, -kInfinity});
  CHECK(accepts(want, {kNan, kInfinity, 0}));
  CHECK(!accepts(want, {0, kInfinity, 0}));
  CHECK(!accepts(want, {kNan, 3e38f, 0}));
  CHECK(!accepts(want, {kNan, kInfinity, kNan}));
  const std::string twice = "input x f32 1x2\ny f32 1x2 = Add(x, x)\noutput y\n";
  CHECK(accepts(only_output(twice, {3e38f, 1}), {kInfinity, 2}));
  CHECK(!accepts(only_output(twice, {3e38f, 1}), {kInfinity, 2.001f}));
}

TEST_CASE("Winograd's methods may spread what is not finite over a tile, not over a clip") {
  const std::string conv =
      "input x f32 1x1x1x1x40\nconst w f32 1x1x1x1x3 = 1 1 1\n"
      "y f32 1x1x1x1x40 = Conv(x, w) kernel_shape=1x1x3 pads=0x0x1x0x0x1 strides=1x1x1 dilations=1x1x1 "
      "group=1\noutput y\n";
  std::vector<float> x(40, 1), y(40, 3);
  y.front() = y.back() = 2;
  x[0] = kNan;
  y[0] = y[1] = kNan;
  CHECK(accepts(only_output(conv, x), y));
  std::vector<float> tile = y;
  tile[2] = tile[3] = kNan;
  CHECK(!accepts(only_output(conv, x), tile));
  CHECK(accepts(only_output(conv, x, true), tile));
  tile[30] = kNan;
  CHECK(!accepts(only_output(conv, x, true), tile));
  y[0] = 1;
  CHECK(!accepts(only_output(conv, x, true), y));
}

}  // namespace rt3d::tests

TEST_SUITE_END();
