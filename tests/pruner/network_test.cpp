// Networks that libtorch computes beside the runtime's, their gradients, and the way back into a file.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "graph/model.h"
#include "graph/ops/op_table.h"
#include "models/models.h"
#include "pruner/compared.h"
#include "pruner/network.h"
#include "pruner/operators.h"
#include "pruner/tensors.h"
#include "runtime/fixture_models.h"
#include "scratch_folder.h"
#include "test_data.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

namespace fs = std::filesystem;

std::string refusal(const graph::Graph& model) {
  try {
    Network network(model);
  } catch (const Error& error) {
    CHECK(error.code() == Code::unsupported);
    return error.what();
  }
  return "";
}

graph::Graph small(const std::string& name, std::int64_t frames, std::int64_t size) {
  return models::build({.name = name, .classes = 11, .frames = frames, .size = size, .width = 0.25});
}

// Every operation with parameters, squeeze-and-excite, pooling: smooth, so that differences of the function are its slope.
constexpr const char* kSmooth =
    "graph \"smooth\"\n"
    "input x f32 2x3x4x6x5\n"
    "const w f32 4x3x3x3x3\n"
    "const wb f32 4\n"
    "const s f32 4 = 1 -2 0.5 1.5\n"
    "const b f32 4\n"
    "const m f32 4\n"
    "const v f32 4 = 1 2 0.5 1.5\n"
    "const d f32 4x2x1x3x3\n"
    "const e f32 4x4x1x1x1\n"
    "const g f32 5x4\n"
    "const gb f32 5\n"
    "y = Conv(x, w) strides=1x2x1 pads=1x1x1x1x1x0\n"
    "n = BatchNormalization(y, s, b, m, v)\n"
    "a = Sigmoid(n)\n"
    "z = Conv(a, d) strides=1x1x2 pads=0x1x1x0x1x1 group=2\n"
    "t = Tanh(z)\n"
    "q = GlobalAveragePool(t)\n"
    "u = Conv(q, e, wb)\n"
    "h = Sigmoid(u)\n"
    "r = Mul(t, h)\n"
    "k = AveragePool(r) kernel_shape=2x2x2 strides=2x2x2 ceil_mode=1\n"
    "p = GlobalAveragePool(k)\n"
    "f = Flatten(p)\n"
    "o = Gemm(f, g, gb) transB=1\n"
    "output o\n";

}  // namespace

TEST_CASE("every exported model gives the runtime's outputs") {
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    const graph::Graph model = graph::load_onnx(folder / "model.onnx");
    const auto shapes = tests::fixed_shapes(model);
    Network network(model, shapes);
    const std::vector<at::Tensor> inputs = tests::random_inputs(network.graph(), 5);
    CHECK(tests::difference(network.run(inputs, Mode::evaluation),
                            tests::session_outputs(model, shapes, inputs)) < 1e-4);
  }
}

TEST_CASE("the operator table covers all that may be computed") {
  int found = 0;
  for (const graph::OpRow& row : graph::op_table())
    if (row.kind == graph::OpKind::computed) {
      CHECK_MESSAGE(find_operator(row.name) != nullptr, row.name);
      ++found;
    }
  CHECK(found > 30);
}

TEST_CASE("the paper's networks give the runtime's outputs, and several clips what each gives by itself") {
  for (const graph::Graph& model :
       {small("c3d", 16, 112), small("r2plus1d_18", 8, 64), small("s3d", 16, 64), small("x3d_s", 8, 64)}) {
    CAPTURE(model.name);
    Network network(model);
    const std::vector<at::Tensor> clips = tests::random_inputs(network.graph(), 7, 3);
    const at::Tensor together = network.run(clips, Mode::evaluation)[0];
    REQUIRE(together.size(0) == 3);
    for (std::int64_t i = 0; i < 3; ++i) {
      const std::vector<at::Tensor> one{clips[0].narrow(0, i, 1).contiguous()};
      const std::vector<at::Tensor> expected = tests::session_outputs(model, {}, one);
      CHECK(tests::difference({together.narrow(0, i, 1)}, expected) < 1e-4);
    }
  }
}

TEST_CASE("what is trained goes back into the file, and the runtime computes what the network does") {
  const tests::ScratchFolder scratch;
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    const graph::Graph model = graph::load_onnx(folder / "model.onnx");
    const auto shapes = tests::fixed_shapes(model);
    Network network(model, shapes);
    const at::NoGradGuard without_gradients;
    for (Parameter& parameter : network.parameters()) parameter.values.mul_(1.25);
    const fs::path written = scratch.path() / "trained.onnx";
    graph::save_with_constants(folder / "model.onnx", network.weights(), {{"rt3d.test", "kept"}}, written);
    const graph::Graph trained = graph::load_onnx(written);
    CHECK(trained.metadata.at("rt3d.test") == "kept");
    CHECK(trained.nodes.size() == model.nodes.size());
    const std::vector<at::Tensor> inputs = tests::random_inputs(network.graph(), 6);
    const std::vector<at::Tensor> outputs = network.run(inputs, Mode::evaluation);
    CHECK(tests::difference(tests::session_outputs(trained, shapes, inputs), outputs) < 1e-4);
    if (!network.parameters().empty() && folder.filename().string().starts_with("c3d"))
      CHECK(tests::difference(tests::session_outputs(model, shapes, inputs), outputs) > 1e-2);
  }
}

TEST_CASE("equal initializers that are fed through Identity nodes are one parameter") {
  const graph::Graph model =
      graph::load_onnx(tests::test_data("fixtures") / "op_tied_torchscript/model.onnx");
  Network network(model, tests::fixed_shapes(model));
  int copies = 0;
  for (const graph::Node& node : network.graph().nodes)
    for (const graph::ValueId id : node.inputs)
      if (const Parameter* parameter = network.parameter(id); parameter && parameter->id != id) ++copies;
  CHECK(copies > 0);
}

TEST_CASE("BatchNormalization: batch statistics in training, running ones otherwise") {
  const graph::Graph model = graph::parse_graph(
      "graph \"bn\"\ninput x f32 3x2x2x3x3\n"
      "const s f32 2 = 1.5 0.5\n"
      "const b f32 2 = 0.25 -1\n"
      "const m f32 2 = 0.5 0\n"
      "const v f32 2 = 4 1\n"
      "y = BatchNormalization(x, s, b, m, v) momentum=0.75 epsilon=0.001\n"
      "output y\n");
  Network network(model);
  const at::Tensor x = tests::random_inputs(network.graph(), 3)[0];
  const auto by_channel = [](const std::vector<double>& values) {
    return at::tensor(at::ArrayRef<double>(values), at::kFloat).reshape({1, 2, 1, 1, 1});
  };
  const auto normalized = [&](const at::Tensor& mean, const at::Tensor& variance) {
    return (x - mean) / at::sqrt(variance + 0.001) * by_channel({1.5, 0.5}) + by_channel({0.25, -1});
  };
  const at::Tensor mean = x.mean({0, 2, 3, 4}, true), variance = x.var({0, 2, 3, 4}, false, true);
  CHECK(tests::difference(network.run({x}, Mode::evaluation),
                          {normalized(by_channel({0.5, 0}), by_channel({4, 1}))}) < 1e-5);
  CHECK(tests::difference(network.run({x}, Mode::training), {normalized(mean, variance)}) < 1e-5);
  const double samples = 3 * 2 * 3 * 3;
  const at::Tensor moved = by_channel({0.5, 0}) * 0.75 + mean * 0.25;
  const at::Tensor spread = by_channel({4, 1}) * 0.75 + variance * (0.25 * samples / (samples - 1));
  std::vector<at::Tensor> running;
  for (const Parameter& parameter : network.parameters())
    if (!is_trained(parameter.role)) {
      CHECK_FALSE(parameter.values.requires_grad());
      running.push_back(parameter.values.reshape({1, 2, 1, 1, 1}));
    }
  CHECK(tests::difference(running, {moved, spread}) < 1e-5);
}

TEST_CASE("gradients are the slopes of the function") {
  for (const Mode mode : {Mode::evaluation, Mode::training}) {
    CAPTURE((mode == Mode::training));
    Network network(graph::parse_graph(kSmooth));
    CHECK(network.parameters().size() == 10);
    for (Parameter& parameter : network.parameters())
      parameter.values =
          parameter.values.detach().to(at::kDouble).set_requires_grad(is_trained(parameter.role));
    const at::Tensor x = tests::random_inputs(network.graph(), 8)[0].to(at::kDouble);
    const at::Tensor direction = at::arange(10, at::kDouble).reshape({2, 5}).sin();
    const auto value = [&] { return (network.run({x}, mode)[0] * direction).sum(); };
    value().backward();
    for (Parameter& parameter : network.parameters()) {
      if (!is_trained(parameter.role)) continue;
      CAPTURE(parameter.name);
      const at::NoGradGuard without_gradients;
      double* const values = parameter.values.data_ptr<double>();
      const at::Tensor gradient = parameter.values.grad().contiguous();
      const double largest = gradient.abs().max().item<double>();
      CHECK(largest > 1e-6);
      for (std::int64_t i = 0; i < parameter.values.numel(); i += 1 + parameter.values.numel() / 7) {
        constexpr double kStep = 1e-5;
        const double before = values[i];
        values[i] = before + kStep;
        const double above = value().item<double>();
        values[i] = before - kStep;
        const double below = value().item<double>();
        values[i] = before;
        CHECK(std::fabs((above - below) / (2 * kStep) - gradient.data_ptr<double>()[i]) < 1e-5 * largest);
      }
    }
  }
}

TEST_CASE("what cannot be trained is refused by name") {
  const std::string unknown =
      refusal(graph::parse_graph("graph \"a\"\ninput x f32 1x2x3x3\n"
                                 "y = Activation(x) act=relu\n"
                                 "output y\n"));
  CHECK(unknown.find("Activation (1 node") != std::string::npos);
  CHECK(unknown.find("Conv") != std::string::npos);
}

TEST_CASE("inputs that do not fit are refused") {
  Network network(graph::parse_graph("graph \"i\"\ninput x f32 2x3x4x4\noutput x\n"));
  CHECK_THROWS_AS(network.run({}, Mode::evaluation), Error);
  CHECK_THROWS_AS(network.run({at::zeros({2, 3, 4, 5})}, Mode::evaluation), Error);
  CHECK(network.run({at::zeros({5, 3, 4, 4})}, Mode::evaluation)[0].size(0) == 5);
}

}  // namespace rt3d::pruner
