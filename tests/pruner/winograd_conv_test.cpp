// Convolutions with weights in Winograd's transform domain, as the trainer computes and differentiates them.
#include "pruner/winograd_conv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "base/random.h"
#include "base/winograd_tile.h"
#include "graph/transformed_weights.h"
#include "kernels/winograd_weights.h"
#include "pruner/compared.h"
#include "pruner/network.h"
#include "pruner/tensors.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

struct Layer {
  const char *input, *weights, *attributes;
};
// Sizes that no tile divides, uneven pads, strides, no depth.
constexpr Layer kLayers[] = {
    {"2x5x7x9x10", "6x5x3x3x3", "strides=1x1x1 pads=1x1x1x1x1x1"},
    {"1x5x6x8x8", "6x5x3x3x3", "strides=1x1x1"},
    {"2x3x5x9x11", "4x3x1x3x3", "strides=1x1x1 pads=0x1x1x0x1x1"},
    {"1x3x7x5x6", "4x3x3x1x1", "strides=1x1x1 pads=1x0x0x1x0x0"},
    {"1x3x7x11x9", "4x3x3x3x3", "strides=2x2x2 pads=1x1x1x1x1x1"},
    {"1x3x4x11x9", "4x3x3x3x3", "strides=1x2x2 pads=1x0x1x1x2x0"},
    {"1x3x5x17x19", "4x3x3x7x7", "strides=1x2x2 pads=1x3x3x1x3x3"},
    {"3x3x9x10", "4x3x3x3", "strides=1x1 pads=1x1x1x1"},
};

graph::Graph one_layer(const Layer& layer) {
  const std::string oc = std::string(layer.weights).substr(0, 1);
  return graph::parse_graph(std::string("graph \"one\"\ninput x f32 ") + layer.input + "\nconst w f32 " +
                            layer.weights + "\nconst b f32 " + oc + "\ny = Conv(x, w, b) \"layer\" " +
                            layer.attributes + "\noutput y\n");
}

Tensor random_values(const Shape& shape, std::uint64_t seed) {
  Tensor values = Tensor::allocate({DType::f32, shape});
  Random random(seed);
  for (float& value : values.mutable_values<float>()) value = random.uniform(-1, 1);
  return values;
}

void fill(graph::Graph& model) {
  for (std::size_t i = 0; i < model.value_count(); ++i)
    if (graph::Value& value = model.value(static_cast<graph::ValueId>(i)); value.constant)
      value.constant = random_values(value.desc.shape, i + 3);
}

// Every layer with every tile that it has: `seen(model, its weights, the tile, their shape, strides)`.
template <typename See>
int for_each_tile(const See& see) {
  int count = 0;
  for (const Layer& layer : kLayers)
    for (const WinogradTile& tile : winograd_tiles()) {
      graph::Graph model = one_layer(layer);
      fill(model);
      const graph::Node& node = model.nodes[0];
      const auto strides = graph::conv_strides(node);
      const graph::ValueId w = node.inputs[1];
      const auto shape = winograd_weight_shape(model.value(w).desc.shape, tile, strides);
      if (!shape) continue;
      CAPTURE(layer.weights);
      CAPTURE(tile.text());
      see(model, w, tile, *shape, strides);
      ++count;
    }
  return count;
}

}  // namespace

TEST_CASE("a convolution in the transform domain is the spatial one where u = G w, for every tile") {
  const int tiles = for_each_tile([](graph::Graph& model, graph::ValueId w, const WinogradTile& tile,
                                     const Shape&, const std::array<std::int64_t, 3>& strides) {
    Network spatial(model);
    graph::attach_transformed_weights(
        model, w, {"u", tile, kernels::winograd_weights(*model.constant(w), tile, strides)});
    Network transformed(model);
    REQUIRE(transformed.parameters().size() == 3);
    CHECK(transformed.parameters()[2].name == "u");
    const auto inputs = tests::random_inputs(spatial.graph(), 5);
    const at::NoGradGuard without_gradients;
    CHECK(tests::difference(transformed.run(inputs, Mode::evaluation),
                            spatial.run(inputs, Mode::evaluation)) < 3e-5);
    CHECK(transformed.transformed().empty());  // w gives them anyhow
  });
  CHECK(tiles >= 20);
}

TEST_CASE("steps of u are long where one of w moves it far: by |G_p|²") {
  const int tiles = for_each_tile([](graph::Graph& model, graph::ValueId w, const WinogradTile& tile,
                                     const Shape& shape, const std::array<std::int64_t, 3>& strides) {
    // The transforms of all single taps, squared and added up.
    Tensor taps = *model.constant(w);
    const std::int64_t count = taps.elements() / taps.shape()[0] / taps.shape()[1];
    at::Tensor squares;
    for (std::int64_t tap = 0; tap < count; ++tap) {
      std::ranges::fill(taps.mutable_values<float>(), 0.0f);
      taps.mutable_values<float>()[static_cast<std::size_t>(tap)] = 1;
      const at::Tensor u = torch_tensor(kernels::winograd_weights(taps, tile, strides))[0][0].square();
      squares = squares.defined() ? squares + u : u;
    }
    graph::attach_transformed_weights(
        model, w, {"u", tile, kernels::winograd_weights(*model.constant(w), tile, strides)});
    const Network network(model);
    CHECK_FALSE(network.parameters()[1].step_scale.defined());
    const at::Tensor scale = 4 * network.parameters()[2].step_scale;
    CHECK(scale.numel() == shape.elements() / shape[0] / shape[1]);
    CHECK(at::allclose(scale.reshape({-1}), squares.reshape({-1}), 1e-4, 1e-7));
  });
  CHECK(tiles >= 20);
}

TEST_CASE(
    "whatever u is, the trainer computes what the runtime computes, and the gradient is what differences "
    "say") {
  const int tiles = for_each_tile([](graph::Graph& model, graph::ValueId w, const WinogradTile& tile,
                                     const Shape& shape, const std::array<std::int64_t, 3>& strides) {
    Tensor u = kernels::winograd_weights(*model.constant(w), tile, strides);
    const Tensor noise = random_values(shape, 9);
    for (std::int64_t i = 0; i < u.elements(); ++i) {
      float& value = u.mutable_values<float>()[static_cast<std::size_t>(i)];
      value = i % 3 == 0 ? 0 : value + 0.3f * noise.values<float>()[static_cast<std::size_t>(i)];
    }
    graph::attach_transformed_weights(model, w, {"u", tile, u});
    Network network(model);
    const auto inputs = tests::random_inputs(network.graph(), 5);
    const std::vector<at::Tensor> outputs = network.run(inputs, Mode::evaluation);
    CHECK(tests::difference(tests::session_outputs(model, {}, inputs, kernels::Accuracy::standard), outputs) <
          1e-4);
    REQUIRE(network.transformed().size() == 1);
    CHECK(network.transformed()[0].weights == "w");
    CHECK(network.transformed()[0].values.name == "u");
    CHECK(network.weights().size() == 2);

    // The output is linear in u: a large step is as good as a small one.
    outputs[0].sum().backward();
    at::Tensor& values = network.parameters()[2].values;
    CHECK_FALSE(network.parameters()[0].values.grad().defined());
    const at::Tensor gradient = values.grad().reshape({-1});
    const at::NoGradGuard without_gradients;
    for (std::int64_t i = 0; i < values.numel(); i += values.numel() / 7 + 1) {
      float& value = values.data_ptr<float>()[i];
      const double before = network.run(inputs, Mode::evaluation)[0].sum(at::kDouble).item<double>();
      value += 4;
      const double after = network.run(inputs, Mode::evaluation)[0].sum(at::kDouble).item<double>();
      value -= 4;
      CHECK((after - before) / 4 == doctest::Approx(gradient[i].item<double>())
                                        .epsilon(1e-3)
                                        .scale(gradient.abs().max().item<double>()));
    }
  });
  CHECK(tiles >= 20);
}

}  // namespace rt3d::pruner
