// Every graph pass leaves what whole models compute unchanged: PyTorch's exports, interpreted before and after each pass that
// changed them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/random.h"
#include "graph/passes/pass.h"
#include "runtime/planning/node_problem.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "test_data.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

std::vector<Tensor> random_inputs(const graph::Graph& graph) {
  Random random(11);
  std::vector<Tensor> inputs;
  for (graph::ValueId id : graph.inputs) {
    inputs.push_back(Tensor::allocate(graph.value(id).desc));
    for (float& x : inputs.back().mutable_values<float>()) x = random.normal();
  }
  return inputs;
}

double difference(const std::vector<Tensor>& a, const std::vector<Tensor>& b) {
  double worst = a.size() == b.size() ? 0 : 1e30;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].desc() != b[i].desc()) return 1e30;
    const auto x = a[i].values<float>(), y = b[i].values<float>();
    double largest = 1e-30, delta = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      largest = std::max(largest, std::fabs(static_cast<double>(x[k])));
      delta = std::max(delta, std::fabs(static_cast<double>(x[k]) - static_cast<double>(y[k])));
    }
    worst = std::max(worst, delta / largest);
  }
  return worst;
}

// What no export of the fixtures leaves to do: padding in front of a convolution, and a constant made by other nodes.
constexpr const char* kPadded = R"(input x f32 1x2x4x6x6
const w f32 3x2x3x3x3
const two f32 1 = 2
const three f32 1 = 3
k f32 1 = Mul(two, three)
p f32 1x2x4x8x8 = Pad(x) mode=constant pads=0x0x0x1x1x0x0x0x1x1 value=0.0
y f32 1x3x2x6x6 = Conv(p, w) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
z f32 1x3x2x6x6 = Mul(y, k)
output z)";

// A filter of zeros, and a channel that nobody reads.
constexpr const char* kPruned = R"(input x f32 1x1x1x2x2
const a f32 4x1x1x1x1 = 1 0 -2 0.5
const b f32 2x4x1x1x1 = 1 2 3 0 5 6 7 0
p f32 1x4x1x2x2 = Conv(x, a) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
q f32 1x2x1x2x2 = Conv(p, b) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
output q)";

graph::Graph model(const std::string& name) {
  if (name == "pruned") return graph::parse_graph(kPruned);
  if (name == "padded") return graph::parse_graph(kPadded);
  graph::Graph g = graph::load_onnx(tests::test_data("fixtures") / name / "model.onnx");
  graph::specialize(g, {}, reference_evaluator());
  return g;
}

}  // namespace

TEST_CASE("every pass leaves the outputs of whole models unchanged") {
  // With every fixture that is quick to interpret, and between them every pass has something to do.
  const char* const kModels[] = {"c3d_torchscript",
                                 "r2plus1d_18_torchscript",
                                 "s3d",
                                 "x3d_batchnorm_torchscript",
                                 "op_activations_torchscript",
                                 "op_pools",
                                 "op_shapes_torchscript",
                                 "op_convolutions",
                                 "op_preactivation",
                                 "padded",
                                 "pruned",
                                 "op_tied_torchscript",
                                 "op_dynamic_batch_torchscript",
                                 "slowfast"};
  std::map<std::string_view, int> rewrites;
  for (const char* name : kModels) {
    graph::Graph g = model(name);
    const graph::Evaluator evaluate = reference_evaluator();
    const std::vector<Tensor> inputs = random_inputs(g);
    std::vector<Tensor> before = interpret(g, inputs);
    bool changed = true;
    for (int round = 0; round < 5 && changed; ++round) {
      changed = false;
      for (const graph::Pass& pass : graph::pipeline()) {
        const int count = pass.run(g, evaluate);
        if (count == 0) continue;
        changed = true;
        rewrites[pass.name] += count;
        const std::vector<Tensor> after = interpret(g, inputs);
        CHECK_MESSAGE(difference(before, after) < 1e-5, name, " after ", pass.name);
        before = after;
      }
    }
  }
  for (const graph::Pass& pass : graph::pipeline())
    CHECK_MESSAGE(rewrites[pass.name] > 0, pass.name, " had nothing to do in any model: add one to kModels");
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
