// What constants a model may have computed before it runs: memory and work in proportion to its own constants.
#include "graph/passes/folding.h"

#include <doctest/doctest.h>

#include "graph/counting.h"
#include "graph/graph_text.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

// A mebibyte of floats, made of a few bytes.
const char* const kFill =
    "input x f32 262144\nconst s i64 1 = 262144\nk = ConstantOfShape(s) @value f32 1 = 1\n";

}  // namespace

TEST_CASE("what no output needs is not computed, however large") {
  CountingEvaluator counting;
  Graph graph = parse_graph(cat(kFill, chain("Neg", 500, "k", "z"), "y = Relu(x)\noutput y"));
  specialize(graph, {}, counting.evaluator());
  CHECK(counting.nodes == 0);
  CHECK(graph.nodes.size() == 1);
  CHECK(constant_bytes(graph) < 100);
}

TEST_CASE("a chain of constants leaves its end, and gives back what its middle took") {
  CountingEvaluator counting;
  Graph graph = parse_graph(cat(kFill, chain("Neg", 80, "k", "z"), "y = Add(x, z)\noutput y"));
  specialize(graph, {}, counting.evaluator());
  CHECK(counting.nodes == 80);
  CHECK(constant_bytes(graph) < 2 * kMebibyte);
  CHECK(graph.folding.bytes == FoldingBudget().bytes - kMebibyte);
}

TEST_CASE("constants that are needed are computed up to a sum, and then refused with sizes") {
  const auto graph_of = [](int count) {
    std::string text = kFill;
    for (int i = 0; i < count; ++i)
      text += cat("f", i, " = ConstantOfShape(s) @value f32 1 = 2\ns", i, " = Add(",
                  i == 0 ? "x" : cat("s", i - 1), ", f", i, ")\n");
    return text + cat("output s", count - 1);
  };
  CountingEvaluator counting;
  Graph graph = parse_graph(graph_of(60));
  specialize(graph, {}, counting.evaluator());
  CHECK(constant_bytes(graph) < 61 * kMebibyte);
  const std::string text = error_of([&] {
    Graph large = parse_graph(graph_of(100));
    specialize(large, {}, counting.evaluator());
  });
  CHECK(says(text, "ConstantOfShape"));
  CHECK(says(text, "1048576 bytes"));
}

TEST_CASE("work on constants is limited as well: a long chain, and a product larger than its operands") {
  CountingEvaluator counting;
  const std::string text = error_of([&] {
    Graph graph = parse_graph(cat(kFill, chain("Neg", 5000, "k", "z"), "y = Add(x, z)\noutput y"));
    specialize(graph, {}, counting.evaluator());
  });
  CHECK(says(text, "Neg"));
  CHECK(counting.nodes < 200);
  CountingEvaluator products;
  Graph graph = parse_graph(
      "input x f32 1024x1024\nconst a f32 1024x1024\nconst b f32 1024x1024\np = MatMul(a, b)\ny = Add(x, p)\n"
      "output y");
  specialize(graph, {}, products.evaluator());
  CHECK(products.nodes == 0);  // it stays a step
  CHECK(graph.nodes.size() == 2);
}

TEST_CASE("the folding budget follows the bytes of the model's constants, each counted once") {
  Graph graph;
  const Tensor whole = Tensor::allocate({DType::f32, Shape{8 << 20}});
  for (int i = 0; i < 10; ++i) graph.add_constant(cat("w", i), whole);
  const auto half = whole.bytes().subspan(whole.byte_count() / 2);
  graph.add_constant("half", Tensor({DType::f32, Shape{4 << 20}}, half, nullptr));
  CHECK(folding_budget(graph).bytes == 4 * 32 * kMebibyte);
  graph.add_constant("other", Tensor::allocate({DType::f32, Shape{1 << 20}}));
  CHECK(folding_budget(graph).bytes == 4 * 36 * kMebibyte);
  CHECK(folding_budget(Graph()).bytes == FoldingBudget().bytes);
}

TEST_CASE("half weights that a Cast widens fold, as large as they are") {
  Graph graph;
  const ValueId w = graph.add_constant("w", Tensor::allocate({DType::f16, Shape{40 << 20}}));
  const ValueId x = graph.add_value("x", {DType::f32, Shape{40 << 20}}, true);
  const ValueId wide = graph.add_value("wide"), y = graph.add_value("y");
  graph.inputs = {x};
  graph.outputs = {y};
  Node cast{"Cast", "cast", {w}, {wide}, {}, {}};
  cast.attributes.set("to", std::int64_t{1});
  graph.nodes = {cast, {"Add", "add", {x, wide}, {y}, {}, {}}};
  Evaluator evaluate = [](const Node&, std::span<const Tensor* const>, std::span<const TensorDesc> outputs) {
    return std::vector<Tensor>{Tensor::allocate(outputs[0])};
  };
  specialize(graph, {}, evaluate);
  CHECK(graph.nodes.size() == 1);
}

TEST_CASE("weights that several products share are transposed once") {
  std::string text = "input x f32 4x32\nconst w f32 32x32\n";
  for (int i = 0; i < 50; ++i) text += cat("p", i, " = MatMul(", i == 0 ? "x" : cat("p", i - 1), ", w)\n");
  Graph graph = parse_graph(text + "output p49");
  specialize(graph, {}, no_evaluation);
  optimize(graph, no_evaluation);
  CHECK(constant_bytes(graph) == 32 * 32 * 4);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
