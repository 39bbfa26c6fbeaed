// Networks with filters and channels pruned away compute in a session, where these are removed, what they compute as they came.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "graph/passes/pass.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/session.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

// "y <shape> = Conv(…)" of kernel 3 with padding, and of kernel 1.
std::string conv3(const std::string& y, const std::string& call, int stride = 1, int group = 1) {
  const std::string s = std::to_string(stride);
  return y + " = Conv(" + call + ") dilations=1x1x1 group=" + std::to_string(group) +
         " pads=1x1x1x1x1x1 strides=" + s + "x" + s + "x" + s + "\n";
}
std::string conv1(const std::string& y, const std::string& call, int stride = 1) {
  const std::string s = std::to_string(stride);
  return y + " = Conv(" + call + ") dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=" + s + "x" + s + "x" +
         s + "\n";
}

const std::string kChain =
    "input x f32 1x3x4x8x8\nconst w1 f32 16x3x3x3x3\nconst b1 f32 16\nconst w2 f32 24x16x3x3x3\n"
    "const b2 f32 24\nconst w3 f32 20x384\nconst b3 f32 20\nconst w4 f32 5x20\n" +
    conv3("c1 f32 1x16x4x8x8", "x, w1, b1") +
    "r1 f32 1x16x4x8x8 = Relu(c1)\n"
    "p1 f32 1x16x4x4x4 = MaxPool(r1) dilations=1x1x1 kernel_shape=1x2x2 pads=0x0x0x0x0x0 strides=1x2x2\n" +
    conv3("c2 f32 1x24x4x4x4", "p1, w2, b2") +
    "r2 f32 1x24x4x4x4 = Relu(c2)\n"
    "p2 f32 1x24x4x2x2 = MaxPool(r2) dilations=1x1x1 kernel_shape=1x2x2 pads=0x0x0x0x0x0 strides=1x2x2\n"
    "f f32 1x384 = Reshape(p2)\ng1 f32 1x20 = Gemm(f, w3, b3)\nr3 f32 1x20 = Relu(g1)\n"
    "y f32 1x5 = Gemm(r3, w4)\noutput y";

const std::string kResidual =
    "input x f32 1x4x2x6x6\nconst w0 f32 8x4x3x3x3\nconst w1 f32 8x8x3x3x3\nconst b1 f32 8\n"
    "const w2 f32 8x8x3x3x3\nconst w3 f32 12x8x3x3x3\nconst w4 f32 12x12x3x3x3\nconst wd f32 12x8x1x1x1\n"
    "const wh f32 6x12\nconst bh f32 6\n" +
    conv3("s f32 1x8x2x6x6", "x, w0") + "s1 f32 1x8x2x6x6 = Relu(s)\n" +
    conv3("a f32 1x8x2x6x6", "s1, w1, b1") + "a1 f32 1x8x2x6x6 = Relu(a)\n" +
    conv3("b f32 1x8x2x6x6", "a1, w2") + "t f32 1x8x2x6x6 = Add(b, s1)\nt1 f32 1x8x2x6x6 = Relu(t)\n" +
    conv3("c f32 1x12x1x3x3", "t1, w3", 2) + "c1 f32 1x12x1x3x3 = Relu(c)\n" +
    conv3("d f32 1x12x1x3x3", "c1, w4") + conv1("e f32 1x12x1x3x3", "t1, wd", 2) +
    "u f32 1x12x1x3x3 = Add(d, e)\nu1 f32 1x12x1x3x3 = Relu(u)\n"
    "m f32 1x12x1x1x1 = GlobalAveragePool(u1)\nn f32 1x12 = Reshape(m)\ny f32 1x6 = Gemm(n, wh, bh)\n"
    "output y";

const std::string kInception =
    "input x f32 1x4x3x6x6\nconst w0 f32 12x4x1x1x1\nconst b0 f32 12\nconst wa f32 6x12x1x1x1\nconst ba f32 "
    "6\n"
    "const wb f32 5x12x1x1x1\nconst bb f32 5\nconst wc f32 7x5x3x3x3\nconst wp f32 4x12x1x1x1\n"
    "const wz f32 8x17x3x3x3\n" +
    conv1("s f32 1x12x3x6x6", "x, w0, b0") + "s1 f32 1x12x3x6x6 = Relu(s)\n" +
    conv1("a f32 1x6x3x6x6", "s1, wa, ba") + "a1 f32 1x6x3x6x6 = Relu(a)\n" +
    conv1("b f32 1x5x3x6x6", "s1, wb, bb") + "b1 f32 1x5x3x6x6 = Relu(b)\n" +
    conv3("c f32 1x7x3x6x6", "b1, wc") +
    "c1 f32 1x7x3x6x6 = Relu(c)\n"
    "p f32 1x12x3x6x6 = MaxPool(s1) dilations=1x1x1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 strides=1x1x1\n" +
    conv1("q f32 1x4x3x6x6", "p, wp") + "j f32 1x17x3x6x6 = Concat(a1, c1, q) axis=1\n" +
    conv3("z f32 1x8x3x6x6", "j, wz") + "output z";

const std::string kSqueezeExcite =
    "input x f32 1x3x2x6x6\nconst w0 f32 16x3x1x1x1\nconst b0 f32 16\nconst wd f32 16x1x3x3x3\nconst bd f32 "
    "16\n"
    "const w1 f32 8x16x1x1x1\nconst b1 f32 8\nconst w2 f32 16x8x1x1x1\nconst b2 f32 16\n"
    "const w3 f32 6x16x1x1x1\n" +
    conv1("s f32 1x16x2x6x6", "x, w0, b0") + "s1 f32 1x16x2x6x6 = Relu(s)\n" +
    conv3("d f32 1x16x2x6x6", "s1, wd, bd", 1, 16) + "m f32 1x16x1x1x1 = GlobalAveragePool(d)\n" +
    conv1("e f32 1x8x1x1x1", "m, w1, b1") + "e1 f32 1x8x1x1x1 = Relu(e)\n" +
    conv1("g f32 1x16x1x1x1", "e1, w2, b2") +
    "g1 f32 1x16x1x1x1 = Sigmoid(g)\nk f32 1x16x2x6x6 = Mul(d, g1)\nk1 f32 1x16x2x6x6 = Relu(k)\n" +
    conv1("y f32 1x6x2x6x6", "k1, w3") + "output y";

struct Net {
  const char* name;
  const std::string& text;
  std::vector<const char*> together;  // weights whose filters are summed: pruned alike
};

bool has(const std::vector<const char*>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* n) { return name == n; });
}

// Prunes a third of the filters, with their biases two times of three, and some columns.
graph::Graph pruned(const Net& net, std::uint64_t seed) {
  graph::Graph graph = graph::parse_graph(net.text);
  Random random(seed);
  std::set<std::int64_t> shared;
  for (int i = 0; i < 3; ++i) shared.insert(random.below(8));
  for (graph::Node& node : graph.nodes) {
    if (node.op != "Conv" && node.op != "Gemm") continue;
    graph::Value& weights = graph.value(node.inputs[1]);
    Tensor w = test::random_tensor(weights.desc, random.bits());
    const std::int64_t oc = w.shape()[0], ic = w.shape()[1], positions = w.elements() / (oc * ic);
    std::vector<float> bias(static_cast<std::size_t>(oc));
    for (float& b : bias) b = random.uniform(-0.5f, 0.5f);
    const auto values = w.mutable_values<float>();
    const auto clear = [&](std::int64_t o, std::int64_t i) {
      std::fill_n(values.begin() + (o * ic + i) * positions, positions, 0.0f);
    };
    for (std::int64_t o = 0; o < oc; ++o) {
      const bool gone = has(net.together, weights.name) ? shared.count(o) > 0 : random.below(3) == 0;
      for (std::int64_t i = 0; gone && i < ic; ++i) clear(o, i);
      if (gone && random.below(3) != 0) bias[static_cast<std::size_t>(o)] = 0;
    }
    for (std::int64_t i = 0; ic > 1 && i < ic; ++i)
      for (std::int64_t o = 0; i % 5 == 3 && o < oc; ++o) clear(o, i);
    weights.constant = std::move(w);
    if (node.inputs.size() > 2)
      graph.value(node.inputs[2]).constant = Tensor::of<float>(DType::f32, Shape{oc}, bias);
  }
  return graph;
}

}  // namespace

TEST_CASE("pruned networks compute in a session what they compute unchanged") {
  const std::vector<Net> nets = {{"chain", kChain, {}},
                                 {"residual", kResidual, {"w0", "w2", "w4", "wd"}},
                                 {"inception", kInception, {}},
                                 {"squeeze-excite", kSqueezeExcite, {"w0", "wd"}}};
  for (const Net& net : nets)
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      CAPTURE(net.name);
      CAPTURE(seed);
      const graph::Graph model = pruned(net, seed);
      const std::vector<Tensor> inputs = test::random_inputs(model, seed);
      const Tensor expected = interpret(model, inputs).at(0);
      graph::Graph smaller = model;
      graph::specialize(smaller, {}, reference_evaluator());
      graph::optimize(smaller, reference_evaluator());
      CHECK(graph::parameter_count(smaller) * 10 < graph::parameter_count(model) * 9);
      SessionOptions options;
      options.tuning.mode = tuner::Mode::off;
      options.threads = 2;
      options.accuracy = kernels::Accuracy::exact;
      Session session(model, options);
      session.set_input(0, inputs[0].bytes());
      session.run();
      Tensor output = Tensor::allocate(expected.desc());
      std::memcpy(output.mutable_data(), session.output(0), output.bytes().size());
      CHECK(test::relative_error(output, expected) < 1e-5);
    }
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
