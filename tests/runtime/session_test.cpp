#include "runtime/session.h"

#include <doctest/doctest.h>

#include <thread>

#include "graph/model.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "skip.h"

namespace rt3d::runtime {
namespace {

// As an exporter writes it: normalisation, activations and a classifier, nothing fused.
const char* const kNet =
    "graph \"net\"\n"
    "input x f32 1x3x4x12x12\n"
    "const w1 f32 16x3x3x3x3\nconst b1 f32 16\n"
    "const scale f32 16 = 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 2\nconst shift f32 16\nconst mean f32 16\n"
    "const var f32 16 = 1 1 2 1 1 3 1 1 1 1 1 1 1 1 1 1\n"
    "a f32 1x16x4x12x12 = Conv(x, w1, b1) \"stem\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "n f32 1x16x4x12x12 = BatchNormalization(a, scale, shift, mean, var) epsilon=0.001\n"
    "r f32 1x16x4x12x12 = Relu(n)\n"
    "const w2 f32 16x16x3x3x3\n"
    "c f32 1x16x4x12x12 = Conv(r, w2) \"second\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "s f32 1x16x4x12x12 = Add(c, r)\n"
    "t f32 1x16x4x12x12 = Relu(s)\n"
    "p f32 1x16x2x6x6 = MaxPool(t) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0\n"
    "g f32 1x16x1x1x1 = GlobalAveragePool(p)\n"
    "f f32 1x16 = Flatten(g) axis=1\n"
    "const w3 f32 5x16\nconst b3 f32 5\n"
    "y f32 1x5 = Gemm(f, w3, b3) \"classifier\" transB=1\n"
    "output y\n";

SessionOptions options_for(const char* device, int threads) {
  SessionOptions options;
  options.device = device;
  options.threads = threads;
  options.tuning.mode = tuner::Mode::off;
  return options;
}

std::vector<Tensor> run(Session& session, const std::vector<Tensor>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) session.set_input(i, inputs[i].bytes());
  session.run();
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < session.outputs().size(); ++i) {
    Tensor t = Tensor::allocate(session.outputs()[i].desc);
    std::memcpy(t.mutable_data(), session.output(i), t.bytes().size());
    outputs.push_back(std::move(t));
  }
  return outputs;
}

graph::Graph specialized(const graph::Graph& model) {
  graph::Graph graph = model;
  graph::specialize(graph, {}, reference_evaluator());
  return graph;
}

}  // namespace

TEST_SUITE_BEGIN("runtime");

TEST_CASE("a session's outputs are those of the unoptimised model computed node by node") {
  const graph::Graph model = graph::parse_graph(kNet);
  const graph::Graph oracle = specialized(model);
  for (const char* device : {"cpu", "reference"})
    for (int threads : {1, 2}) {
      Session session(model, options_for(device, threads));
      INFO(session.plan_text());
      for (std::uint64_t seed : {1, 2}) {
        const std::vector<Tensor> inputs = test::random_inputs(model, seed);
        CHECK(test::relative_error(run(session, inputs)[0], interpret(oracle, inputs)[0]) < 5e-6);
      }
    }
}

TEST_CASE("a session tells its ports, steps, memory and counts") {
  const graph::Graph model = graph::parse_graph(kNet);
  SessionOptions options = options_for("cpu", 1);
  options.profile = true;
  Session session(model, options);
  REQUIRE(session.inputs().size() == 1);
  CHECK(session.inputs()[0].name == "x");
  CHECK(session.outputs()[0].desc.shape == Shape{1, 5});
  CHECK(session.output(0) == nullptr);
  run(session, test::random_inputs(model, 3));
  CHECK(session.output(0) != nullptr);
  CHECK(session.output(1) == nullptr);
  const SessionStats& s = session.stats();
  CHECK(s.macs == std::int64_t{16} * 4 * 12 * 12 * 27 * (3 + 16) + 5 * 16);
  CHECK(s.arena_bytes > 0);
  CHECK(s.arena_bytes <= s.tensor_bytes);
  CHECK(s.problems == s.from_database + s.tuned + s.estimated);
  CHECK(s.measurements == 0);
  CHECK(s.create_ns >= s.optimize_ns + s.prepare_ns);
  CHECK(session.graph_text().find("BatchNormalization") == std::string::npos);
  std::int64_t sum = 0, macs = 0;
  for (std::size_t i = 0; i < session.steps().size(); ++i) {
    CHECK(session.step_ns(i) > 0);
    sum += session.step_ns(i);
    macs += session.steps()[i].macs;
    CHECK(!session.steps()[i].family.empty());
  }
  CHECK(sum > 0);
  CHECK(macs == s.macs);
}

TEST_CASE("sessions in four threads work side by side") {
  const graph::Graph model = graph::parse_graph(kNet);
  const std::vector<Tensor> inputs = test::random_inputs(model, 9);
  const Tensor want = interpret(specialized(model), inputs)[0];
  std::vector<double> errors(4, 1);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < errors.size(); ++i)
    threads.emplace_back([&, i] {
      Session session(model, options_for("cpu", 1 + static_cast<int>(i % 2)));
      for (int round = 0; round < 5; ++round) errors[i] = test::relative_error(run(session, inputs)[0], want);
    });
  for (std::thread& t : threads) t.join();
  for (double error : errors) CHECK(error < 5e-6);
}

TEST_CASE("dynamic input shapes are given by name") {
  const graph::Graph model = graph::parse_graph(
      "graph \"t\"\ninput x f32 ?x3x4x?x8\nconst w f32 8x3x1x1x1\n"
      "y = Conv(x, w) strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1 kernel_shape=1x1x1\noutput y\n");
  SessionOptions options = options_for("cpu", 1);
  options.input_shapes["x"] = Shape{2, 3, 4, 6, 8};
  Session session(model, options);
  CHECK(session.outputs()[0].desc.shape == Shape{2, 8, 4, 6, 8});
  CHECK_THROWS_AS(Session(model, options_for("cpu", 1)), Error);
  options.input_shapes["z"] = Shape{1};
  CHECK_THROWS_AS(Session(model, options), Error);
}

TEST_CASE("wrong options and inputs are refused") {
  const graph::Graph model = graph::parse_graph(kNet);
  CHECK_THROWS_AS(Session(model, options_for("abacus", 1)), Error);
  CHECK_THROWS_AS(Session(model, options_for("cpu", -1)), Error);
  CHECK_THROWS_AS(Session(model, options_for("cpu", 100000)), Error);
  SessionOptions options = options_for("cpu", 1);
  options.tuning.limit_ms = -5;
  CHECK_THROWS_AS(Session(model, options), Error);
  options = options_for("cpu", 1);
  options.isa = this_device().isa == Isa::neon ? Isa::avx2 : Isa::neon;
  CHECK_THROWS_AS(Session(model, options), Error);
  Session session(model, options_for("cpu", 1));
  const std::vector<std::byte> few(7);
  CHECK_THROWS_AS(session.set_input(0, few), Error);
  CHECK_THROWS_AS(session.set_input(1, few), Error);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
