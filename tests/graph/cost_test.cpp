// What a model may cost before it runs: passes in proportion to its nodes, functions and damaged models in
// proportion to its bytes. Counted, not timed.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include "graph/counting.h"
#include "graph/graph_text.h"
#include "graph/onnx_message.h"
#include "graph/passes/editor.h"
#include "graph/passes/operand_index.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

// Operands that the passes record while they optimise the graph: what they cost.
std::int64_t cost_of(const std::string& text) {
  CountingEvaluator counting;
  Graph graph = parse_graph(text);
  specialize(graph, {}, counting.evaluator());
  const std::int64_t before = OperandIndex::recorded();
  optimize(graph, counting.evaluator());
  return OperandIndex::recorded() - before;
}

}  // namespace

TEST_CASE("passes cost in proportion to the nodes") {
  const auto identities = [](int n) {
    return "input x f32 1x2\n" + chain("Identity", n, "x", "y") + "output y";
  };
  const auto relus = [](int n) { return "input x f32 1x2\n" + chain("Relu", n, "x", "y") + "output y"; };
  const auto reshapes = [](int n) {
    return "input x f32 1x2\n" + chain("Flatten", n, "x", "y") + "output y";
  };
  const auto blocks = [](int n) {
    std::string text = "input x f32 1x1x2x2\nconst w f32 1x1x1x1 = 2\nconst k f32 1 = 1\n";
    for (int i = 0; i < n; ++i)
      text += cat("c", i, " = Conv(", i == 0 ? "x" : cat("r", i - 1), ", w)\nb", i, " = BatchNormalization(c",
                  i, ", k, k, k, k)\nr", i, " = Relu(b", i, ")\n");
    return text + cat("output r", n - 1);
  };
  const auto pads = [](int n) {
    std::string text = "input x f32 1x1x2x2\nconst w f32 1x1x1x1 = 2\nconst p i64 8 = 0 0 0 0 0 0 0 0\n";
    for (int i = 0; i < n; ++i) text += cat("p", i, " = Pad(", i == 0 ? "x" : cat("p", i - 1), ", p)\n");
    return text + cat("y = Conv(p", n - 1, ", w)\noutput y");
  };
  const auto fan = [](int n) {
    std::string text = "input x f32 1x2x2x2\n";
    for (int i = 0; i < n; ++i) text += cat("y", i, " = LeakyRelu(x) alpha=0.", i + 1, "\noutput y", i, "\n");
    return text;
  };
  const auto wide = [](int n) {  // one node with an operand of each
    std::string text = "input x f32 1x2\n", parts;
    for (int i = 0; i < n; ++i) {
      text += cat("p", i, " = Identity(x)\n");
      parts += cat(i == 0 ? "" : ", ", "p", i);
    }
    return text + "y = Concat(" + parts + ") axis=1\noutput y";
  };
  for (const std::function<std::string(int)>& model :
       std::vector<std::function<std::string(int)>>{identities, relus, reshapes, blocks, pads, fan, wide}) {
    CAPTURE(model(2));
    const auto small = static_cast<double>(cost_of(model(400))),
               large = static_cast<double>(cost_of(model(800)));
    CHECK(large > 0);
    CHECK(large < 2.2 * small);
    CHECK(large < 800 * 4 * 18 * 6);  // operands, passes, rounds
  }
}

TEST_CASE("the operand index says what the graph says, after any rewriting") {
  std::mt19937 random(3);
  Graph graph;
  for (int i = 0; i < 40; ++i) graph.add_value(cat("v", i));
  graph.inputs = {0};
  const auto some = [&] {
    std::vector<ValueId> ids;
    for (unsigned i = random() % 4; i > 0; --i) ids.push_back(static_cast<ValueId>(random() % 41) - 1);
    return ids;
  };
  for (ValueId i = 1; i < 30; ++i) graph.nodes.push_back({"Op", "", some(), {i}, {}, {}});
  OperandIndex index(graph);
  for (int step = 0; step < 2000; ++step) {
    const auto n = static_cast<std::size_t>(random() % graph.nodes.size());
    switch (random() % 4) {
      case 0: graph.nodes[n].inputs = some(); break;
      case 1: graph.nodes[n].inputs.clear(), graph.nodes[n].outputs.clear(); break;
      case 2: std::swap(graph.nodes[n].outputs, graph.nodes[random() % graph.nodes.size()].outputs); break;
      default:
        if (graph.nodes.size() < 60)
          graph.nodes.push_back({"Op", "", some(), {graph.add_value(cat("n", step))}, {}, {}});
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) index.update(graph, static_cast<int>(i));
    const Graph::Uses uses = graph.uses();
    for (std::size_t id = 0; id < graph.value_count(); ++id) {
      const auto value = static_cast<ValueId>(id);
      CHECK(index.consumers(value) == uses.consumers[id]);
      CHECK(index.consumer_count(value) == static_cast<int>(uses.consumers[id].size()));
      CHECK(index.producer(value) == uses.producer[id]);
    }
  }
}

TEST_CASE("an attribute that is no number equals itself, and passes come to an end with it") {
  Attributes a, b;
  a.set("alpha", std::numeric_limits<double>::quiet_NaN());
  b.set("alpha", std::numeric_limits<double>::quiet_NaN());
  CHECK(a == b);
  b.set("alpha", 0.5);
  CHECK(a != b);
  CHECK(a != Attributes());
  const std::string conv = "input x f32 1x1x8x8\nconst w f32 1x1x3x3\nc = Conv(x, w) pads=1x1x1x1\n";
  for (const std::string& rest :
       {std::string("y = LeakyRelu(c) alpha=nan"), std::string("y = HardSigmoid(c) alpha=nan beta=nan"),
        std::string("const l f32 scalar = nan\ny = Clip(c, l)"),
        std::string("const k f32 scalar = nan\ny = Mul(c, k)")}) {
    CAPTURE(rest);
    Graph graph = parse_graph(conv + rest + "\noutput y");
    specialize(graph, {}, no_evaluation);
    CHECK(optimize(graph, no_evaluation).size() == pipeline().size());
    CHECK(graph.nodes.size() == 1);
  }
}

TEST_CASE("a pass without an end is stopped") {
  Graph graph = parse_graph("input x f32 1x2\na = Relu(x)\ny = Relu(a)\noutput y");
  Editor editor(graph);
  const auto endless = [](Editor& e, int n) { return !e.node(n).op.empty(); };
  const std::string text = error_of([&] { editor.walk(endless); });
  CHECK(says(text, "no end after"));
}

namespace {

std::string function(const std::string& name, const std::string& body) {
  return field(25, field(1, name) + field(4, std::string("x")) + field(5, std::string("y")) + body +
                       field(9, field(2, std::uint64_t{17})) + field(10, std::string("d")));
}
std::string inner(const std::string& op, const std::string& from, const std::string& to,
                  const std::string& rest) {
  return field(7, field(1, from) + field(2, to) + field(4, op) + rest);
}
// Nodes that call a function whose outputs are its input, again and again.
std::string passing_functions(int calls, int outputs) {
  std::string passes = field(
      25, field(1, std::string("f")) + field(4, std::string("x")) +
              [&] {
                std::string all;
                for (int i = 0; i < outputs; ++i) all += field(5, std::string("x"));
                return all;
              }() +
              field(9, field(2, std::uint64_t{17})) + field(10, std::string("d")));
  std::string nodes;
  for (int c = 0; c < calls; ++c) {
    std::string call = field(1, std::string("x"));
    for (int i = 0; i < outputs; ++i) call += field(2, cat(c, "_", i));
    nodes += field(1, call + field(4, std::string("f")) + field(7, std::string("d")));
  }
  return model(nodes + node("Relu", {"0_0"}, "y") + ends(), 17, passes);
}
// Functions that call each other ten times, `depth` deep, around a Relu with `rest`.
std::string nested_functions(int depth, const std::string& rest, const std::string& call_rest) {
  std::string functions = function("f0", inner("Relu", "x", "y", rest));
  for (int k = 1; k <= depth; ++k) {
    std::string body;
    for (int i = 0; i < 10; ++i)
      body += inner(cat("f", k - 1), i == 0 ? "x" : cat("t", i), i == 9 ? "y" : cat("t", i + 1),
                    field(7, std::string("d")) + call_rest);
    functions += function(cat("f", k), body);
  }
  return model(node(cat("f", depth), {"x"}, "y", field(7, std::string("d"))) + ends(), 17, functions);
}

}  // namespace

TEST_CASE("functions expand to a multiple of the model's bytes, not more") {
  CHECK(parse(nested_functions(3, "", "")).nodes.size() == 1000);
  std::string ints;
  for (int i = 0; i < 100000; ++i) ints += field(8, std::uint64_t{300});
  const std::string large = field(5, field(1, std::string("note")) + ints);
  const std::string name = field(3, std::string(20000, 'n'));
  std::string many_inputs;
  for (int i = 0; i < 20000; ++i) many_inputs += field(1, std::string("x"));
  for (const std::string& bytes :
       {nested_functions(3, large, ""), nested_functions(4, "", name), nested_functions(7, "", ""),
        nested_functions(3, many_inputs, ""), passing_functions(100, 1000)}) {
    const std::string text = error_of([&] { parse(bytes); });
    CAPTURE(text);
    CHECK(says(text, "functions"));
    CHECK(says(text, "MiB of nodes"));
  }
}

TEST_CASE("weights that several nodes share are not copied for each of them") {
  constexpr int kUsers = 30;
  std::string siblings = "const v f32 8x4x1x1\nconst w f32 8x4x1x1\n";
  std::string outputs;
  for (int i = 0; i < kUsers; ++i) {
    siblings = cat("input x", i, " f32 1x4x3x3\n") + siblings;
    outputs +=
        cat("a", i, " = Conv(x", i, ", v)\nb", i, " = Conv(x", i, ", w)\noutput a", i, "\noutput b", i, "\n");
  }
  CountingEvaluator counting;
  Graph graph = parse_graph(siblings + outputs);
  specialize(graph, {}, counting.evaluator());
  const std::int64_t before = constant_bytes(graph);
  optimize(graph, counting.evaluator());
  CHECK(constant_bytes(graph) <= 2 * before + kUsers * 100);
}

TEST_CASE("small changes of valid models load in bounded memory and work, or are errors") {
  const std::string shape = field(5, field(1, std::uint64_t{2}) + field(2, std::uint64_t{7}) +
                                         field(8, std::string("s")) + field(7, std::string("\x04\x04")));
  const std::string one = field(5, field(1, std::string("value")) +
                                       field(5, field(1, std::uint64_t{1}) + field(2, std::uint64_t{1}) +
                                                    field(4, std::string(4, '\x3f'))) +
                                       field(20, std::uint64_t{4}));
  const std::vector<std::string> models = {
      nested_functions(2, "", ""),
      model(shape + node("ConstantOfShape", {"s"}, "k", one) + node("Neg", {"k"}, "n") +
            node("Expand", {"n", "s"}, "e") + node("Tile", {"e", "s"}, "t") +
            node("Slice", {"t", "s", "s"}, "l") + node("MatMul", {"e", "n"}, "m") +
            node("Add", {"x", "m"}, "a") +
            node("Concat", {"a", "a", "n"}, "y",
                 field(5, field(1, std::string("axis")) + field(3, std::uint64_t{0}))) +
            field(11, value_info("x", {4, 4})) + field(12, value_info("y", {-1, 4})))};
  std::mt19937 random(11);
  int loaded = 0, refused = 0;
  for (int i = 0; i < 6000; ++i) {
    std::string bytes = models[random() % models.size()];
    for (unsigned flips = random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random() % 2 ? random() % 256 : random() % 8);
    CountingEvaluator counting;
    try {
      Graph graph = parse(bytes);
      CHECK(graph.nodes.size() <= (16 << 20) / 256 + bytes.size());
      specialize(graph, {}, counting.evaluator());
      optimize(graph, counting.evaluator());
      CHECK(constant_bytes(graph) <= FoldingBudget().bytes + kMebibyte);
      ++loaded;
    } catch (const Error& error) {
      CHECK_MESSAGE(error.code() != Code::internal, error.what());
      ++refused;
    }
    CHECK(counting.bytes <= FoldingBudget().work);
  }
  CHECK(loaded > 1000);
  CHECK(refused > 1000);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
