#include <doctest/doctest.h>

#include "graph/graph_text.h"
#include "graph/ops/op_table.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

struct Row {
  const char* inputs;  // declarations before the node
  const char* node;    // the right-hand side
  const char* shape;   // of y, or "refused"
};

std::string shape_of(const Row& row) {
  Graph graph = parse_graph(std::string(row.inputs) + "\ny = " + row.node + "\noutput y");
  try {
    infer_node(graph, graph.nodes[0]);
  } catch (const Error& error) {
    return error.code() == Code::invalid_model ? "refused" : error.what();
  }
  return graph.value(graph.outputs[0]).desc.shape.text();
}

}  // namespace

TEST_CASE("output shapes are ONNX's, and what does not fit is refused") {
  const Row rows[] = {
      {"input x f32 1x3x16x112x112\ninput w f32 64x3x3x7x7", "Conv(x, w) strides=1x2x2 pads=1x3x3x1x3x3",
       "1x64x16x56x56"},
      {"input x f32 1x3x9\ninput w f32 4x3x3", "Conv(x, w) dilations=[2]", "1x4x5"},
      {"input x f32 1x4x5x5\ninput w f32 4x1x3x3", "Conv(x, w) group=4 auto_pad=SAME_UPPER strides=2x2",
       "1x4x3x3"},
      {"input x f32 1x4x6x6\ninput w f32 4x4x3x3", "Conv(x, w) auto_pad=VALID pads=1x1x1x1", "1x4x4x4"},
      {"input x f32 1x4x5x5\ninput w f32 4x2x3x3", "Conv(x, w)", "refused"},
      {"input x f32 1x4x5x5\ninput w f32 4x4x3x3", "Conv(x, w) strides=0x1", "refused"},
      {"input x f32 1x4x5x5\ninput w f32 4x4x3x3", "Conv(x, w) pads=-1x0x0x0", "refused"},
      {"input x f32 1x4x2x2\ninput w f32 4x4x3x3", "Conv(x, w)", "refused"},
      {"input x f32 1x4x5x5\ninput w f32 4x4x3x3\ninput b f32 3", "Conv(x, w, b)", "refused"},
      {"input x f32 1x4x5x5\ninput w f32 4x4x3x3", "Conv(x, w) group=3", "refused"},
      {"input x f32 1x2x7x7", "MaxPool(x) kernel_shape=2x2 strides=2x2", "1x2x3x3"},
      {"input x f32 1x2x7x7", "MaxPool(x) kernel_shape=2x2 strides=2x2 ceil_mode=1", "1x2x4x4"},
      {"input x f32 1x2x2x2", "MaxPool(x) kernel_shape=1x1 strides=3x3 ceil_mode=1", "1x2x1x1"},
      {"input x f32 1x2x4x4", "AveragePool(x) kernel_shape=3x3 strides=3x3 pads=1x1x1x1 ceil_mode=1",
       "1x2x2x2"},
      {"input x f32 1x2x7x7", "MaxPool(x) kernel_shape=3x3 dilations=2x2", "1x2x3x3"},
      {"input x f32 1x2x7x7", "MaxPool(x) kernel_shape=2x2 pads=2x2x2x2", "refused"},
      {"input x f32 1x2x7x7", "MaxPool(x)", "refused"},
      {"input x f32 2x1x3\ninput b f32 4x1", "Add(x, b)", "2x4x3"},
      {"input x f32 2x3\ninput b f32 2", "Add(x, b)", "refused"},
      {"input x f32 2x3x4\nconst s i64 2 = 0 -1", "Reshape(x, s)", "2x12"},
      {"input x f32 2x3x4\nconst s i64 2 = -1 -1", "Reshape(x, s)", "refused"},
      {"input x f32 2x3x4\nconst s i64 2 = 5 -1", "Reshape(x, s)", "refused"},
      {"input x f32 2x3x4", "Flatten(x) axis=3", "24x1"},
      {"input x f32 2x3x4", "Flatten(x) axis=4", "refused"},
      {"input x f32 2x3x4", "Transpose(x) perm=2x0x1", "4x2x3"},
      {"input x f32 2x3x4", "Transpose(x) perm=2x0x0", "refused"},
      {"input x f32 1x3x1", "Squeeze(x)", "3"},
      {"input x f32 9\nconst s i64 1 = -1\nconst e i64 1 = -100\nconst a i64 1 = 0\nconst t i64 1 = -2",
       "Slice(x, s, e, a, t)", "5"},
      {"input x f32 9\nconst s i64 1 = -4\nconst e i64 1 = 100", "Slice(x, s, e)", "4"},
      {"input a f32 2x3\ninput b f32 2x4", "Concat(a, b) axis=-1", "2x7"},
      {"input a f32 2x3\ninput b f32 3x3", "Concat(a, b) axis=1", "refused"},
      {"input a f32 5x1x2x3\ninput b f32 4x3x6", "MatMul(a, b)", "5x4x2x6"},
      {"input a f32 2x3\ninput b f32 2x3", "MatMul(a, b)", "refused"},
      {"input a f32 3x2\ninput b f32 4x3", "Gemm(a, b) transA=1 transB=1", "2x4"},
      {"input x f32 2x3x4\nconst a i64 1 = 1", "ReduceMean(x, a) keepdims=0", "2x4"},
      {"input x f32 2x3x4\nconst a i64 1 = 3", "ReduceMean(x, a)", "refused"},
      {"input x f32 1048576x1048576", "Relu(x)", "refused"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.inputs);
    CAPTURE(row.node);
    CHECK(shape_of(row) == row.shape);
  }
}

TEST_CASE("the operator table is sorted, so that every row is found") {
  for (const OpRow& row : op_table()) CHECK(find_op(row.name) == &row);
  CHECK(find_op("Nonsense") == nullptr);
}

TEST_CASE("text of a graph reads back the same") {
  const std::string text = same(R"(graph "a net"
input "an input" f32 ?x3
const k f16 2 = 1 0.5
const big f32 5x5
y, - = Odd("an input", -, k, big) "its name" alpha=0.5 axes=[1] mode="a b" perm=1x0 @value i64 [1] = 3
output y)");
  CHECK(same(text) == text);
  CHECK(text.find("\"an input\" f32 ?x3") != std::string::npos);
  for (const char* wrong :
       {"y = Relu(x)", "input x f32 1\ninput x f32 1", "input x f33 1", "const k f32 2 = 1", "output y",
        "input x f32 1\ny = Relu(x", "const k f32 100000x100000"})
    CHECK_THROWS_AS(parse_graph(wrong), Error);
}

TEST_CASE("a graph that a pass broke is noticed") {
  Graph graph = parse_graph("input x f32 1\na = Relu(x)\nb = Relu(a)\noutput b");
  graph.verify();
  std::swap(graph.nodes[0], graph.nodes[1]);
  CHECK_THROWS_AS(graph.verify(), Error);
  graph.sort_topologically();
  graph.verify();
  graph.nodes[0].inputs[0] = graph.nodes[1].outputs[0];
  CHECK_THROWS_AS(graph.sort_topologically(), Error);
}

TEST_CASE("shape arithmetic folds when shapes are fixed") {
  Graph graph = parse_graph(R"(input x f32 ?x2x3
a = Shape(x)
n = Identity(a)
y = Reshape(x, n)
s = Size(x)
output y
output s)");
  specialize(graph, {{"x", Shape{4, 2, 3}}}, no_evaluation);
  CHECK(graph.nodes.size() == 1);
  CHECK(graph.constant(graph.outputs[1])->to_int64() == std::vector<std::int64_t>{24});
}

}  // namespace rt3d::graph

TEST_SUITE_END();
