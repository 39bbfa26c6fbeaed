// Importance that is propagated back, against derivatives: of a network without activations and with weights from 0 on, it is how much the
// sum of all outputs grows with a channel.
#include "pruning/channel_importance.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "graph/model.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"

TEST_SUITE_BEGIN("pruning");

namespace rt3d::pruning {
namespace {

// One position everywhere: a channel is one number.
constexpr const char* kLinear = R"(graph "linear"
input x f32 1x4x1x1x1
const w f32 6x4x1x1x1
const v f32 6x3x1x1x1
const u f32 4x6x1x1x1
const s f32 6
const h f32 6
const m f32 6
const n f32 6
const g f32 3x10
y = Conv(x, w)
z = BatchNormalization(y, s, h, m, n)
d = Conv(z, v) group=2
e = Add(d, z)
p = GlobalAveragePool(e)
k = Conv(p, u)
c = Concat(p, k) axis=1
f = Flatten(c)
o = Gemm(f, g) transB=1
output o
)";

graph::Graph positive(std::uint64_t seed) {
  graph::Graph graph = graph::parse_graph(kLinear);
  Random random(seed);
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (auto& constant = graph.value(static_cast<graph::ValueId>(i)).constant)
      for (float& value : constant->mutable_values<float>()) value = random.uniform(0.1f, 1);
  graph::specialize(graph, {}, runtime::reference_evaluator());
  return graph;
}

double sum_of_outputs(const graph::Graph& graph, const std::vector<float>& x) {
  const Tensor input = Tensor::of<float>(DType::f32, Shape{1, 4, 1, 1, 1}, x);
  const std::vector<Tensor> outputs = runtime::interpret(graph, {&input, 1});
  const auto values = outputs[0].values<float>();
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

TEST_CASE("importance of an input's channels is how much the outputs grow with them") {
  const graph::Graph graph = positive(3);
  const auto importance = channel_importance(graph, [&](graph::ValueId id) { return graph.constant(id); });
  const std::vector<double>& of_input = importance[static_cast<std::size_t>(graph.inputs[0])];
  REQUIRE(of_input.size() == 4);
  const double at_zero = sum_of_outputs(graph, {0, 0, 0, 0});
  for (std::size_t c = 0; c < 4; ++c) {
    std::vector<float> x(4, 0.0f);
    x[c] = 1;
    CHECK(of_input[c] == doctest::Approx(sum_of_outputs(graph, x) - at_zero).epsilon(1e-4));
  }
}

TEST_CASE("a group's importance is that of what it gives to the outputs") {
  const Shape shape{9, 6, 1, 1, 2};
  const GroupGrid grid(shape, parse_group_spec("kgs:8x4"));
  Tensor weights = Tensor::allocate({DType::f32, shape});
  std::ranges::fill(weights.mutable_values<float>(), -0.5f);
  std::vector<double> outputs(9, 0.0);
  outputs[2] = 3;
  outputs[8] = 1;
  const std::vector<double> sums = group_importance(grid, weights, outputs);
  for (std::int64_t g = 0; g < grid.count(); ++g) {
    const GroupExtent e = grid.extent(g);
    const double channel = e.oc_begin == 0 ? 3 : 1;
    CHECK(sums[static_cast<std::size_t>(g)] ==
          doctest::Approx(0.5 * channel * static_cast<double>(e.ic_end - e.ic_begin)));
  }
}

}  // namespace rt3d::pruning
