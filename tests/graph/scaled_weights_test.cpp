// Weights that a scale was folded into and that nobody has multiplied yet: which wait, and what later passes make of them.
#include <doctest/doctest.h>

#include "graph/graph_text.h"
#include "graph/passes/weight_matrix.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

constexpr std::int64_t kChannels = 512;  // in the middle: the weights on both sides are large

// Two convolutions of kernel 1, a scale per channel behind each.
Graph two_layers() {
  return parse_graph(
      "input x f32 1x40x3\n"
      "const a f32 512x40x1\n"
      "const s f32 1x512x1\n"
      "const b f32 64x512x1\n"
      "const t f32 1x64x1\n"
      "p f32 1x512x3 = Conv(x, a) dilations=[1] group=1 pads=0x0 strides=[1]\n"
      "q f32 1x512x3 = Mul(p, s)\n"
      "r f32 1x64x3 = Conv(q, b) dilations=[1] group=1 pads=0x0 strides=[1]\n"
      "y f32 1x64x3 = Mul(r, t)\n"
      "output y");
}

Tensor& constant(Graph& graph, std::string_view name) {
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (Value& value = graph.value(static_cast<ValueId>(i)); value.name == name && value.constant)
      return *value.constant;
  FAIL("no constant ", name);
  return *graph.value(0).constant;
}

const Tensor& weights(const Graph& graph, std::size_t node) {
  return *graph.constant(graph.nodes[node].inputs[1]);
}

float number(Graph& graph, std::string_view name, std::int64_t index) {
  return constant(graph, name).values<float>()[static_cast<std::size_t>(index)];
}

}  // namespace

TEST_CASE("large weights wait for a folded scale until they are read") {
  Graph graph = two_layers(), before = two_layers();
  CHECK(fold_scale(graph, no_evaluation) == 2);
  REQUIRE(graph.nodes.size() == 2);
  const Tensor& a = weights(graph, 0);
  REQUIRE(a.scaled());
  CHECK(weights(graph, 1).scaled());
  const WeightMatrix matrix(a);
  const Tensor made = a.in_memory();
  for (const std::int64_t i : {0, 40 * 7 + 3, 40 * 512 - 1}) {
    const auto expected =
        static_cast<float>(number(before, "a", i) * static_cast<double>(number(before, "s", i / 40)));
    CHECK(made.values<float>()[static_cast<std::size_t>(i)] == expected);
    CHECK(matrix.at(i / 40, i % 40, 0) == expected);
  }
}

TEST_CASE("factors that make zeros act at once") {
  Graph graph = two_layers();
  constant(graph, "s").mutable_values<float>()[3] = 0;
  fold_scale(graph, no_evaluation);
  REQUIRE(!weights(graph, 0).scaled());
  CHECK(WeightMatrix(weights(graph, 0)).zero_row(3));
  CHECK(weights(graph, 1).scaled());
}

TEST_CASE("channels leave weights that were not scaled yet") {
  Graph graph = two_layers(), before = two_layers();
  constexpr std::int64_t kGone = 3;
  for (std::int64_t c = 0; c < 40; ++c)
    constant(graph, "a").mutable_values<float>()[static_cast<std::size_t>(kGone * 40 + c)] = 0;
  fold_scale(graph, no_evaluation);
  REQUIRE(weights(graph, 0).scaled());
  CHECK(remove_channels(graph, no_evaluation) > 0);
  const WeightMatrix a(weights(graph, 0)), b(weights(graph, 1));
  CHECK(a.rows == kChannels - 1);
  CHECK(b.columns == kChannels - 1);
  for (const std::int64_t channel : {std::int64_t{0}, kGone, kChannels - 2}) {
    const std::int64_t was = channel + (channel >= kGone);
    CHECK(a.at(channel, 5, 0) == static_cast<float>(number(before, "a", was * 40 + 5) *
                                                    static_cast<double>(number(before, "s", was))));
    CHECK(b.at(9, channel, 0) == static_cast<float>(number(before, "b", 9 * kChannels + was) *
                                                    static_cast<double>(number(before, "t", 9))));
  }
}

}  // namespace rt3d::graph

TEST_SUITE_END();
