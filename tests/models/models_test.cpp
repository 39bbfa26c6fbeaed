#include <doctest/doctest.h>

#include <cstring>
#include <set>

#include "base/error.h"
#include "models/models.h"

TEST_SUITE_BEGIN("models");

namespace rt3d::models {

namespace {

struct Counts {
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
};

// Parameters as PyTorch counts them (no running statistics), multiply-accumulates as papers do.
Counts count(const graph::Graph& graph) {
  Counts counts;
  for (const graph::Node& node : graph.nodes) {
    const bool norm = node.op == "BatchNormalization";
    const bool layer = node.op == "Conv" || node.op == "Gemm" || node.op == "MatMul";
    if (!norm && !layer && node.op != "Add") continue;
    for (std::size_t i = 0; i < node.inputs.size() && !(norm && i > 2); ++i)
      if (const Tensor* tensor = graph.constant(node.inputs[i])) counts.parameters += tensor->elements();
    if (!layer) continue;
    const Shape& out = graph.value(node.outputs[0]).desc.shape;
    const std::int64_t channels = node.op == "MatMul" ? out[out.rank() - 1] : out[1];
    counts.macs += out.elements() / channels * graph.constant(node.inputs[1])->elements();
  }
  return counts;
}

double variance(const Tensor& tensor) {
  double sum = 0;
  double squares = 0;
  for (const float v : tensor.values<float>()) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const auto n = static_cast<double>(tensor.elements());
  return squares / n - sum / n * sum / n;
}

const Tensor& weight(const graph::Graph& graph, const std::string& node_name) {
  for (const graph::Node& node : graph.nodes)
    if (node.name == node_name) return *graph.constant(node.inputs[1]);
  FAIL("no node " << node_name);
  throw;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  return a.bytes().size() == b.bytes().size() &&
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

}  // namespace

TEST_CASE("every model has the published parameters and multiply-accumulates at its defaults") {
  for (const ModelInfo& info : list()) {
    CAPTURE(info.name);
    const graph::Graph graph = build({.name = info.name});
    graph.verify();
    const Counts counts = count(graph);
    CHECK(counts.parameters == info.parameters);
    CHECK(counts.macs == info.macs);
    REQUIRE(graph.inputs.size() == info.inputs.size());
    for (std::size_t i = 0; i < info.inputs.size(); ++i)
      CHECK(graph.value(graph.inputs[i]).desc.shape == info.inputs[i]);
    REQUIRE(graph.outputs.size() == 1);
    CHECK(graph.value(graph.outputs[0]).desc.shape == Shape{1, info.classes});
  }
}

TEST_CASE("every model shrinks to a small test version") {
  for (const ModelInfo& info : list()) {
    CAPTURE(info.name);
    const bool video = info.inputs[0].rank() == 5;
    const graph::Graph graph =
        build({.name = info.name, .classes = 7, .frames = video ? 16 : 0, .size = 64, .width = 0.125});
    graph.verify();
    CHECK(graph.value(graph.outputs[0]).desc.shape == Shape{1, 7});
    CHECK(count(graph).parameters < info.parameters / 8);
    CHECK(graph.value(graph.inputs.back()).desc.shape ==
          (video ? Shape{1, 3, 16, 64, 64} : Shape{1, 3, 64, 64}));
  }
}

TEST_CASE("names of nodes and of values are unique") {
  for (const ModelInfo& info : list()) {
    CAPTURE(info.name);
    const graph::Graph graph = build({.name = info.name, .width = 0.05});
    std::set<std::string> nodes;
    std::set<std::string> values;
    for (const graph::Node& node : graph.nodes) CHECK_MESSAGE(nodes.insert(node.name).second, node.name);
    for (std::size_t i = 0; i < graph.value_count(); ++i) {
      const std::string& name = graph.value(static_cast<graph::ValueId>(i)).name;
      CHECK_MESSAGE(values.insert(name).second, name);
    }
  }
}

TEST_CASE("the seed decides the weights and nothing else does") {
  const MakeRequest request = {.name = "r2plus1d_18", .width = 0.25};
  MakeRequest other = request;
  other.seed = 2;
  MakeRequest shorter = request;
  shorter.frames = 8;
  const std::string layer = "layer2.0.conv1.0.0";
  const graph::Graph graph = build(request);
  CHECK(same_bytes(weight(graph, layer), weight(build(request), layer)));
  CHECK(same_bytes(weight(graph, layer), weight(build(shorter), layer)));
  CHECK_FALSE(same_bytes(weight(graph, layer), weight(build(other), layer)));
}

TEST_CASE("weights have He's variance") {
  const graph::Graph graph = build({.name = "r3d_18"});
  const auto near = [](double value, double wanted) {
    return value > 0.97 * wanted && value < 1.03 * wanted;
  };
  CHECK(near(variance(weight(graph, "layer3.1.conv1.0")), 2.0 / (256 * 27)));
  CHECK(near(variance(weight(graph, "fc")), 1.0 / 512));
}

TEST_CASE("requests that no network fits are refused with a reason") {
  const MakeRequest bad[] = {
      {.name = "c3d_19"},
      {.name = "c3d", .classes = -1},
      {.name = "c3d", .frames = 1 << 20},
      {.name = "c3d", .size = -5},
      {.name = "c3d", .width = 0.0},
      {.name = "c3d", .width = 1e9},
      {.name = "resnet18", .frames = 16},
      {.name = "slowfast_r50", .frames = 30},
      {.name = "c3d", .frames = 4},
      {.name = "vgg16", .size = 16},
  };
  for (const MakeRequest& request : bad) {
    CAPTURE(request.name);
    try {
      build(request);
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid_argument);
      CHECK(std::string(error.what()).size() > 30);
    }
  }
}

}  // namespace rt3d::models

TEST_SUITE_END();
