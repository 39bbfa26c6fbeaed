#include "graph/walk.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "base/error.h"

namespace rt3d::graph {
namespace {

// What a value is, as text; the walk's copies of one value share it, so that it is seen when the last of them goes.
struct Told {
  std::string text;
  std::shared_ptr<int> held;
};

struct Teller {
  explicit Teller(const std::string& text) : graph(parse_graph(text)) {}

  Told tell(std::string text) {
    Told told{std::move(text), std::make_shared<int>(0)};
    made.emplace_back(told.text, told.held);
    return told;
  }
  std::string alive() const {
    std::string names;
    for (const auto& [text, held] : made)
      if (!held.expired()) names += (names.empty() ? "" : " ") + text;
    return names;
  }

  std::vector<std::string> walk(const std::vector<std::string>& inputs) {
    std::vector<Told> given;
    given.reserve(inputs.size());
    for (const std::string& input : inputs) given.push_back(tell(input));
    const std::vector<Told> outputs = graph::walk(
        graph, std::move(given),
        [&](ValueId id, const Tensor& tensor) {
          CHECK(&tensor == graph.constant(id));
          return tell(graph.value(id).name);
        },
        [&](const Node& node, std::span<const Told* const> operands) {
          steps += node.op + ": " + alive() + "\n";
          std::string text = node.op + "(";
          for (const Told* operand : operands) text += (operand ? operand->text : "-") + ",";
          std::vector<Told> results;
          for (std::size_t i = 0; i < node.outputs.size() - (too_few ? 1 : 0); ++i)
            results.push_back(tell(text + ")" + (i ? std::to_string(i) : "")));
          return results;
        });
    std::vector<std::string> texts;
    for (const Told& output : outputs) {
      texts.push_back(output.text);
      copies += output.held.use_count() - 1;
    }
    return texts;
  }

  Graph graph;
  std::vector<std::pair<std::string, std::weak_ptr<int>>> made;
  std::string steps;  // by node: what was alive when it was computed
  bool too_few = false;
  std::int64_t copies = 0;  // of the outputs
};

}  // namespace

TEST_SUITE_BEGIN("graph");

TEST_CASE("a walk computes nodes in order, and lets go of what nothing reads any more") {
  Teller t(
      "graph \"t\"\ninput x f32 1x2\nconst w f32 1x2 = 1 2\n"
      "a f32 1x2 = Relu(x)\nb f32 1x2 = Add(a, w)\nc f32 1x2 = Mul(a, b)\ny f32 1x2 = Neg(c)\noutput y\n");
  CHECK(t.walk({"x"}) == std::vector<std::string>{"Neg(Mul(Relu(x,),Add(Relu(x,),w,),),)"});
  CHECK(t.steps ==
        "Relu: x\n"
        "Add: Relu(x,) w\n"
        "Mul: Relu(x,) Add(Relu(x,),w,)\n"
        "Neg: Mul(Relu(x,),Add(Relu(x,),w,),)\n");
  CHECK(t.alive().empty());
  CHECK(t.copies == 0);
}

TEST_CASE(
    "absent inputs are nullptr, a value may be read twice by one node, and results that nobody reads are "
    "dropped") {
  Teller t(
      "graph \"t\"\ninput x f32 1x2\nconst hi f32 scalar = 6\n"
      "a f32 1x2 = Clip(x, -, hi)\nunread f32 1x2 = Abs(x)\ny f32 1x2 = Add(a, a)\noutput y\n");
  CHECK(t.walk({"x"}) == std::vector<std::string>{"Add(Clip(x,-,hi,),Clip(x,-,hi,),)"});
  CHECK(t.steps == "Clip: x hi\nAbs: x Clip(x,-,hi,)\nAdd: Clip(x,-,hi,)\n");
}

TEST_CASE("outputs may be inputs and constants, and one value several outputs") {
  Teller t(
      "graph \"t\"\ninput x f32 1x2\ninput z f32 1x2\nconst w f32 1x2 = 1 2\na f32 1x2 = Relu(x)\n"
      "output x\noutput w\noutput a\noutput a\n");
  CHECK(t.walk({"x", "z"}) == std::vector<std::string>{"x", "w", "Relu(x,)", "Relu(x,)"});
  CHECK(t.steps == "Relu: x\n");  // z is read by nothing
  CHECK(t.copies == 2);           // two outputs are one value, each told of the other
}

TEST_CASE("inputs that are missing, values that nothing made and results that are too few are errors") {
  const std::string text =
      "graph \"t\"\ninput x f32 1x2\na f32 1x2 = Relu(x)\ny f32 1x2 = Neg(a)\noutput y\n";
  Teller missing(text);
  CHECK_THROWS_WITH_AS(missing.walk({}), "the graph has 1 inputs but 0 were given", Error);
  CHECK_THROWS_WITH_AS(missing.walk({"x", "y"}), "the graph has 1 inputs but 2 were given", Error);
  CHECK(missing.steps.empty());
  Teller backwards(text);
  std::swap(backwards.graph.nodes[0], backwards.graph.nodes[1]);
  CHECK_THROWS_WITH_AS(backwards.walk({"x"}), "Neg needs 'a', which nothing made", Error);
  Teller unmade(text);
  unmade.graph.nodes.pop_back();
  CHECK_THROWS_WITH_AS(unmade.walk({"x"}), "the graph needs 'y', which nothing made", Error);
  Teller few(text);
  few.too_few = true;
  CHECK_THROWS_WITH_AS(few.walk({"x"}), doctest::Contains("has 1 outputs, but 0 were computed"), Error);
}

TEST_SUITE_END();
}  // namespace rt3d::graph
