// What becomes of filters of zeros and of channels that nobody reads, as graph texts.
#include <doctest/doctest.h>

#include <algorithm>

#include "graph/graph_text.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

// relu, and sigmoid of 0: what these texts need.
std::vector<Tensor> activations(const Node& node, std::span<const Tensor* const> inputs,
                                std::span<const TensorDesc> outputs) {
  REQUIRE(node.op == "Activation");
  Tensor y = Tensor::allocate(outputs[0]);
  for (std::size_t i = 0; i < y.mutable_values<float>().size(); ++i) {
    const float x = inputs[0]->values<float>()[i];
    y.mutable_values<float>()[i] = node.attributes.string("act", "") == "relu" ? std::max(x, 0.0f) : 0.5f;
  }
  return {y};
}

std::string removed(const std::string& text) {
  Graph graph = parse_graph(text);
  graph.verify();
  remove_channels(graph, activations);
  remove_dead(graph, activations);
  graph.verify();
  return to_text(graph);
}

void stays(const std::string& text) { CHECK(removed(text) == same(text)); }

// "NAME(inputs)" with the attributes of a convolution over one spatial dimension.
std::string conv(const std::string& call, const std::string& rest = "group=1 pads=0x0 strides=[1]") {
  return "Conv(" + call + ") dilations=[1] " + rest + "\n";
}

}  // namespace

TEST_CASE("a filter of zeros disappears with its consumers' channels") {
  CHECK(removed("input x f32 1x1x5\n"
                "const a f32 3x1x1 = 1 0 2\n"
                "const b f32 1x3x3 = 1 2 3 4 5 6 7 8 9\n"
                "p f32 1x3x5 = " +
                conv("x, a") +
                "q f32 1x3x5 = MaxPool(p) dilations=[1] kernel_shape=[3] pads=1x1 strides=[1]\n"
                "r f32 1x1x5 = " +
                conv("q, b", "group=1 pads=1x1 strides=[1]") + "output r") ==
        same("input x f32 1x1x5\n"
             "const p.w f32 2x1x1 = 1 2\n"
             "const r.w f32 1x2x3 = 1 2 3 7 8 9\n"
             "p f32 1x2x5 = " +
             conv("x, p.w") +
             "q f32 1x2x5 = MaxPool(p) dilations=[1] kernel_shape=[3] pads=1x1 strides=[1]\n"
             "r f32 1x1x5 = " +
             conv("q, r.w", "group=1 pads=1x1 strides=[1]") + "output r"));
}

TEST_CASE("its bias goes into consumers that do not pad, through their fused activation") {
  const auto before = [](const std::string& attributes, int width) {
    return "input x f32 1x1x5\n"
           "const a f32 2x1x1 = 1 0\n"
           "const c f32 2 = 3 4\n"
           "const b f32 1x2x3 = 1 2 3 4 5 6\n"
           "const d f32 1 = 10\n"
           "p f32 1x2x5 = " +
           conv("x, a, c", "act=relu group=1 pads=0x0 strides=[1]") + "r f32 1x1x" + std::to_string(width) +
           " = " + conv("p, b, d", attributes) + "output r";
  };
  CHECK(removed(before("group=1 pads=0x0 strides=[1]", 3)) ==
        same("input x f32 1x1x5\n"
             "const p.b f32 1 = 3\n"
             "const p.w f32 1x1x1 = 1\n"
             "const r.b f32 1 = 70\n"
             "const r.w f32 1x1x3 = 1 2 3\n"
             "p f32 1x1x5 = " +
             conv("x, p.w, p.b", "act=relu group=1 pads=0x0 strides=[1]") +
             "r f32 1x1x3 = " + conv("p, r.w, r.b") + "output r"));
  stays(before("group=1 pads=1x1 strides=[1]", 5));
}

TEST_CASE("a channel that no consumer reads takes its filter with it, and then those that only it read") {
  CHECK(removed("input x f32 1x1x5\n"
                "const a f32 8x1x1 = 1 2 3 4 5 6 7 8\n"
                "const b f32 2x8x1 = 1 2 3 4 5 6 0 8 9 10 11 12 13 14 15 16\n"
                "const c f32 1x2x1 = 7 0\n"
                "p f32 1x8x5 = " +
                conv("x, a") + "q f32 1x2x5 = " + conv("p, b") + "r f32 1x1x5 = " + conv("q, c") +
                "output r") == same("input x f32 1x1x5\n"
                                    "const p.w f32 7x1x1 = 1 2 3 4 5 6 8\n"
                                    "const q.w f32 1x7x1 = 1 2 3 4 5 6 8\n"
                                    "const r.w f32 1x1x1 = 7\n"
                                    "p f32 1x7x5 = " +
                                    conv("x, p.w") + "q f32 1x1x5 = " + conv("p, q.w") +
                                    "r f32 1x1x5 = " + conv("q, r.w") + "output r"));
}

TEST_CASE("a sum vanishes only when all that it adds is zero") {
  const auto net = [](const std::string& second) {
    return "input x f32 1x1x5\n"
           "const a f32 2x1x1 = 1 0\n"
           "const b f32 2x1x1 = " +
           second +
           "\n"
           "const c f32 1x2x1 = 5 6\n"
           "p f32 1x2x5 = " +
           conv("x, a") + "q f32 1x2x5 = " + conv("x, b, -, p", "act=relu group=1 pads=0x0 strides=[1]") +
           "r f32 1x1x5 = " + conv("q, c") + "output r";
  };
  stays(net("3 4"));
  CHECK(removed(net("3 0")) == same("input x f32 1x1x5\n"
                                    "const p.w f32 1x1x1 = 1\n"
                                    "const q.w f32 1x1x1 = 3\n"
                                    "const r.w f32 1x1x1 = 5\n"
                                    "p f32 1x1x5 = " +
                                    conv("x, p.w") + "q f32 1x1x5 = " +
                                    conv("x, q.w, -, p", "act=relu group=1 pads=0x0 strides=[1]") +
                                    "r f32 1x1x5 = " + conv("q, r.w") + "output r"));
}

TEST_CASE("channels are followed through concatenations, slices, transpositions and flattening") {
  CHECK(removed("input x f32 1x1x2\n"
                "const a f32 2x1x1 = 0 2\n"
                "const b f32 3x1x1 = 3 0 5\n"
                "const w f32 1x10 = 1 2 3 4 5 6 7 8 9 10\n"
                "const v f32 1x2 = 11 12\n"
                "p f32 1x2x2 = " +
                conv("x, a") + "q f32 1x3x2 = " + conv("x, b") +
                "c f32 1x5x2 = Concat(p, q) axis=1\n"
                "f f32 1x10 = Reshape(c)\n"
                "y f32 1x1 = Gemm(f, w)\n"
                "s f32 1x2x2 = Slice(c) axes=[1] starts=[3] steps=[1]\n"
                "t f32 1x2x2 = Transpose(s) perm=0x2x1\n"
                "z f32 1x2x1 = Gemm(t, v)\n"
                "output y\n"
                "output z") == same("input x f32 1x1x2\n"
                                    "const p.w f32 1x1x1 = 2\n"
                                    "const q.w f32 2x1x1 = 3 5\n"
                                    "const y.w f32 1x6 = 3 4 5 6 9 10\n"
                                    "const z.w f32 1x1 = 12\n"
                                    "p f32 1x1x2 = " +
                                    conv("x, p.w") + "q f32 1x2x2 = " + conv("x, q.w") +
                                    "c f32 1x3x2 = Concat(p, q) axis=1\n"
                                    "f f32 1x6 = Reshape(c)\n"
                                    "y f32 1x1 = Gemm(f, y.w)\n"
                                    "s f32 1x1x2 = Slice(c) axes=[1] starts=[2] steps=[1]\n"
                                    "t f32 1x2x1 = Transpose(s) perm=0x2x1\n"
                                    "z f32 1x2x1 = Gemm(t, z.w)\n"
                                    "output y\n"
                                    "output z"));
}

TEST_CASE("depthwise convolutions lose single channels, grouped ones whole groups, constants their part") {
  CHECK(
      removed("input x f32 1x1x2\n"
              "const a f32 4x1x1 = 0 2 0 0\n"
              "const d f32 4x1x1 = 1 2 3 4\n"
              "const e f32 4x1 = 0 6 7 0\n"
              "const g f32 4x2x1 = 1 2 3 4 5 6 7 8\n"
              "const c f32 1x4x1 = 1 2 3 4\n"
              "p f32 1x4x2 = " +
              conv("x, a") + "q f32 1x4x2 = " + conv("p, d", "group=4 pads=0x0 strides=[1]") +
              "m f32 1x4x2 = Mul(q, e)\n"
              "h f32 1x4x2 = " +
              conv("m, g", "group=2 pads=0x0 strides=[1]") + "r f32 1x1x2 = " + conv("h, c") + "output r") ==
      same("input x f32 1x1x2\n"
           "const p.w f32 2x1x1 = 0 2\n"
           "const q.w f32 2x1x1 = 1 2\n"
           "const e.1 f32 2x1 = 0 6\n"
           "const h.w f32 2x2x1 = 1 2 3 4\n"
           "const r.w f32 1x2x1 = 1 2\n"
           "p f32 1x2x2 = " +
           conv("x, p.w") + "q f32 1x2x2 = " + conv("p, q.w", "group=2 pads=0x0 strides=[1]") +
           "m f32 1x2x2 = Mul(q, e.1)\n"
           "h f32 1x2x2 = " +
           conv("m, h.w", "group=1 pads=0x0 strides=[1]") + "r f32 1x1x2 = " + conv("h, r.w") + "output r"));
}

TEST_CASE("one channel stays, and so do those of the graph's inputs and outputs and of operations that mix") {
  CHECK(removed("input x f32 1x1x5\n"
                "const a f32 2x1x1 = 0 0\n"
                "const b f32 1x2x1 = 5 6\n"
                "p f32 1x2x5 = " +
                conv("x, a") + "r f32 1x1x5 = " + conv("p, b") + "output r") ==
        same("input x f32 1x1x5\n"
             "const p.w f32 1x1x1 = 0\n"
             "const r.w f32 1x1x1 = 6\n"
             "p f32 1x1x5 = " +
             conv("x, p.w") + "r f32 1x1x5 = " + conv("p, r.w") + "output r"));
  stays("input x f32 1x2x5\nconst a f32 2x2x1 = 0 0 0 4\nr f32 1x2x5 = " + conv("x, a") + "output r");
  stays("input x f32 1x2x5\nconst a f32 2x2x1 = 0 0 0 4\nconst b f32 1x2x1 = 5 6\np f32 1x2x5 = " +
        conv("x, a") + "s f32 1x2x5 = Softmax(p) axis=1\nr f32 1x1x5 = " + conv("s, b") + "output r");
  stays("input x f32 1x2x5\nconst a f32 2x2x1 = 0 0 0 4\nconst b f32 1x2x1 = 5 6\np f32 1x2x5 = " +
        conv("x, a") +
        "s f32 1x2x5 = Slice(p) axes=[1] starts=[1] steps=[-1]\nr f32 1x1x5 = " + conv("s, b") + "output r");
}

TEST_CASE("layers with other zeros, which may lie in groups, lose whole blocks of filters only") {
  const auto filters_left = [](int zero_filters, bool scattered) {
    Graph graph = parse_graph("input x f32 1x8x2\nconst a f32 64x8x1\nconst b f32 8x64x1\np f32 1x64x2 = " +
                              conv("x, a") + "r f32 1x8x2 = " + conv("p, b") + "output r");
    Tensor weights = Tensor::allocate({DType::f32, Shape{64, 8, 1}});
    for (std::size_t i = 0; i < 512; ++i)
      weights.mutable_values<float>()[i] =
          i < 8 * static_cast<std::size_t>(zero_filters) || (scattered && i / 64 % 2 == 0 && i % 8 < 4)
              ? 0.0f
              : 1.0f;
    for (std::size_t id = 0; id < graph.value_count(); ++id)
      if (graph.value(static_cast<ValueId>(id)).name == "a")
        graph.value(static_cast<ValueId>(id)).constant = weights;
    remove_channels(graph, activations);
    return graph.value(graph.nodes[0].outputs[0]).desc.shape[1];
  };
  CHECK(filters_left(3, false) == 61);
  CHECK(filters_left(3, true) == 64);
  CHECK(filters_left(35, true) == 32);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
