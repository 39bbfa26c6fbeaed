// Transform-domain weights from file to file, through the passes, and everything that may be wrong with them.
#include "graph/transformed_weights.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "graph/graph_text.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

const char* const kNet = R"(graph "net"
input x f32 1x8x4x8x8
const w f32 16x8x3x3x3
const u f32 16x8x4x6x6
const v f32 16x8x3x6x6
const half f16 16x8x4x6x6
const other f32 16x8x1x1x1
a f32 1x16x4x8x8 = Conv(x, w) "first" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1
b f32 1x16x4x8x8 = Conv(x, other) "pointwise" strides=1x1x1 pads=0x0x0x0x0x0 dilations=1x1x1 group=1
const scale f32 1x16x1x1x1 = 1 2 1 2 1 2 1 2 1 2 1 2 1 2 1 3
c f32 1x16x4x8x8 = Mul(a, scale)
output b
output c
)";

ValueId value_named(const Graph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (graph.value(static_cast<ValueId>(i)).name == name) return static_cast<ValueId>(i);
  return kNoValue;
}

struct Read {
  Graph graph;
  std::vector<std::string> warnings;
};

Read read(const std::string& property) {
  Read r{parse_graph(kNet), {}};
  r.graph.metadata[kWinogradMetadata] = property;
  set_log_sink([&](LogLevel, const std::string& text) { r.warnings.push_back(text); }, LogLevel::warning);
  attach_transformed_weights(r.graph);
  set_log_sink({}, LogLevel::off);
  return r;
}

}  // namespace

TEST_CASE("transform-domain weights are attached to the weights that the property names") {
  const Read r = read("w\tu\tt2s4\n");
  CHECK(r.warnings.empty());
  CHECK(r.graph.metadata.empty());
  const auto& attached = r.graph.value(value_named(r.graph, "w")).transformed;
  REQUIRE(attached);
  CHECK(attached->tile == WinogradTile{2, 4});
  CHECK(attached->values.shape() == Shape{16, 8, 4, 6, 6});
  CHECK(transformed_weights_text(r.graph) == "w\tu\tt2s4\n");
}

TEST_CASE("a line of the property that does not fit is ignored with a warning that names it") {
  for (const char* line :
       {"w\tu\tt4s4", "w\tu\tt2s2", "w\tu\tt3s3", "w\tu", "w", "w u t2s4", "w\tmissing\tt2s4",
        "missing\tu\tt2s4", "w\tv\tt2s4", "w\thalf\tt2s4", "other\tu\tt2s4", "x\tu\tt2s4", "u\tw\tt2s4",
        "scale\tu\tt2s4", "w\tu\tt2s4\tmore", "\t\t", "w\tw\tt2s4"}) {
    INFO(line);
    const Read r = read(std::string(line) + "\n");
    REQUIRE(r.warnings.size() == 1);
    CHECK(r.warnings[0].find(line) != std::string::npos);
    CHECK(transformed_weights_names(r.graph).empty());
  }
  const Read twice = read("w\tv\tt1s4\nnonsense\nw\tu\tt2s4\n");
  CHECK(twice.warnings.size() == 2);
  CHECK(transformed_weights_names(twice.graph) == std::vector<std::string>{"v"});
  CHECK(read(std::string(100000, '\t')).warnings.size() == 1);
}

TEST_CASE(
    "weights that something but a Conv reads, or a Conv with dilations or groups, take no transformed ones") {
  const auto refused = [](const std::string& text) {
    Graph graph = parse_graph(text);
    const ValueId w = value_named(graph, "w"), u = value_named(graph, "u");
    TransformedWeights values{"u", *find_winograd_tile("t2s4"), *graph.constant(u)};
    CHECK_THROWS_AS(attach_transformed_weights(graph, w, std::move(values)), Error);
  };
  const std::string head = "input x f32 1x8x4x8x8\nconst w f32 16x8x3x3x3\nconst u f32 16x8x4x6x6\n";
  const std::string conv =
      "a f32 1x16x4x8x8 = Conv(x, w) strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1\n";
  refused(head + conv + "b f32 16x8x3x3x3 = Relu(w)\noutput a\noutput b\n");
  refused(head + conv + "output a\noutput w\n");
  refused(head + "b f32 1x8x4x8x8 = Relu(x)\noutput b\n");
  refused(head +
          "a f32 1x16x2x4x4 = Conv(x, w) strides=1x1x1 pads=1x1x1x1x1x1 dilations=2x2x2 group=1\noutput a\n");
  refused(head +
          "a f32 1x16x2x4x4 = Conv(x, w) strides=1x3x3 pads=1x1x1x1x1x1 dilations=1x1x1 group=1\noutput a\n");
}

TEST_CASE("transform-domain weights survive a file") {
  const tests::ScratchFolder folder;
  const std::filesystem::path path = folder.path() / "model.onnx";
  Read r = read("w\tu\tt2s4\n");
  save_onnx(r.graph, path);
  const Graph loaded = load_onnx(path);
  const auto& before = r.graph.value(value_named(r.graph, "w")).transformed;
  const auto& after = loaded.value(value_named(loaded, "w")).transformed;
  REQUIRE(after);
  CHECK(after->name == "u");
  CHECK(after->tile == before->tile);
  const auto a = before->values.bytes(), b = after->values.bytes();
  CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

TEST_CASE(
    "passes scale transform-domain weights with the weights, and the normal form reads them as input 4") {
  Graph graph = read("w\tu\tt2s4\n").graph;
  const Tensor u = graph.value(value_named(graph, "w")).transformed->values;
  optimize(graph, no_evaluation);
  const auto conv =
      std::find_if(graph.nodes.begin(), graph.nodes.end(), [](const Node& n) { return n.name == "first"; });
  REQUIRE(conv != graph.nodes.end());
  REQUIRE(conv->inputs.size() == 5);
  CHECK(conv->attributes.string("winograd", "") == "t2s4");
  REQUIRE(graph.constant(conv->inputs[4]));
  const Tensor scaled = graph.constant(conv->inputs[4])->in_memory();
  const auto from = u.values<float>(), to = scaled.values<float>();
  const std::size_t row = from.size() / 16;
  CHECK(to[0] == from[0]);
  CHECK(to[row] == 2 * from[row]);
  CHECK(to[15 * row + 7] == 3 * from[15 * row + 7]);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
