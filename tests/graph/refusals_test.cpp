// What the importer refuses, each with what a reader needs to go on: one table.
#include <doctest/doctest.h>

#include "base/env.h"
#include "graph/graph_text.h"
#include "graph/onnx_message.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

constexpr std::uint64_t kFloat = 1, kHalf = 10, kDouble = 11;

std::string tensor_type(std::uint64_t type, const std::string& dims) {
  return field(2, field(1, field(1, type) + field(2, dims)));
}
std::string dim(std::uint64_t size) { return field(1, field(1, size)); }
std::string input(const std::string& name, const std::string& type) {
  return field(11, field(1, name) + type);
}
std::string output(const std::string& name) { return field(12, field(1, name)); }
std::string square(std::uint64_t type) { return tensor_type(type, dim(4) + dim(4)); }
std::string in_domain(const std::string& domain) { return field(7, domain); }
std::string integer(const std::string& name, std::uint64_t value) {
  return field(5, field(1, name) + field(3, value) + field(20, std::uint64_t{2}));
}
std::string relu(std::uint64_t type) {
  return model(node("Relu", {"x"}, "y") + input("x", square(type)) + output("y"));
}

std::string nameless(const std::string& op, const std::vector<std::string>& inputs, const std::string& output,
                     const std::string& rest = "") {
  return node(op, inputs, output, field(3, std::string()) + rest);
}

struct Refusal {
  const char* what;
  std::string model;
  std::vector<const char*> says;
  std::vector<const char*> says_not = {};
};

std::vector<Refusal> refusals() {
  const std::string x = input("x", square(kFloat)), y = output("y");
  const auto one = [&](const std::string& op, const std::string& rest = "") {
    return model(node(op, {"x"}, "y", rest) + x + y);
  };
  std::string many = x + y;
  for (int i = 0; i < 30; ++i)
    many = node("Unknown" + std::to_string(i), {"x"}, "n" + std::to_string(i)) + many;
  return {
      {"several operators",
       model(node("GridSample", {"x"}, "a") + node("Relu", {"a"}, "b") + node("GridSample", {"b"}, "c") +
             node("Einsum", {"c"}, "y") + x + y),
       {"GridSample (2 nodes, the first is 'node_a')", "Einsum (node 'node_y')", "opset 17",
        "GlobalAveragePool"}},
      {"operators without names",
       model(nameless("GridSample", {"x"}, "a") + node("Relu", {"a"}, "b") +
             nameless("GridSample", {"b"}, "c") + nameless("Det", {"c"}, "y") + x + y),
       {"Det (node has no name, output 'y')", "GridSample (2 nodes, the first has no name, output 'a')"}},
      {"more operators than a line holds", model(many), {"Unknown0 (node 'node_n0')", "and 10 more"}},
      {"QDQ",
       model(node("QuantizeLinear", {"x"}, "q") + node("DequantizeLinear", {"q"}, "y") + x + y),
       {"DequantizeLinear", "QuantizeLinear", "export the float32 model"}},
      {"QOperator", one("QLinearConv"), {"QLinearConv", "export the float32 model"}},
      {"dynamic quantization", one("DynamicQuantizeLinear"), {"export the float32 model"}},
      {"integer convolution", one("ConvInteger"), {"export the float32 model"}},
      {"control flow", one("If"), {"If (node 'node_y')", "control flow", "fixed shapes"}},
      {"a loop", one("Loop"), {"control flow"}},
      {"sequences", one("SequenceConstruct"), {"sequences are not supported", "stacked"}},
      {"a sequence as input",
       model(node("Relu", {"x"}, "y") + input("x", field(2, field(4, field(1, square(kFloat))))) + y),
       {"input 'x' is no tensor", "sequence"}},
      {"a custom domain",
       one("FusedConv", in_domain("com.microsoft")),
       {"FusedConv of domain com.microsoft", "functions that the model brings"}},
      {"a known name in a custom domain", one("Relu", in_domain("my.ops")), {"Relu of domain my.ops"}},
      {"a newer operator than the opset",
       model(node("HardSwish", {"x"}, "y") + x + y, 13),
       {"HardSwish", "opset 13"}},
      {"an operator of the inside", one("Activation"), {"Activation"}},
      {"an old opset", model(node("Relu", {"x"}, "y") + x + y, 8), {"opset 8", "9 to"}},
      {"a sparse initializer",
       model(node("Add", {"x", "w"}, "y") + x + y +
             field(15, field(1, field(1, std::uint64_t{1}) + field(2, kFloat) + field(8, std::string("w"))))),
       {"sparse initializer", "'w'", "dense"},
       {"never produced"}},
      {"a sparse constant",
       model(node("Constant", {}, "w",
                  field(5, field(1, std::string("sparse_value")) + field(22, std::string()))) +
             node("Add", {"x", "w"}, "y") + x + y),
       {"Constant 'node_w' is sparse", "dense"}},
      {"strings",
       model(node("Relu", {"x"}, "y") + input("x", square(8)) + y),
       {"input 'x'", "string", "float"}},
      {"16-bit integers", model(node("Relu", {"x"}, "y") + input("x", square(4)) + y), {"uint16"}},
      {"half", relu(kHalf), {"Relu 'node_y'", "'x'", "float16 (half)", "float32", "model.float()"}},
      {"half in an operator without a name",
       model(nameless("Relu", {"x"}, "y") + input("x", square(kHalf)) + y),
       {"node Relu (no name, output 'y'): 'x' is float16"}},
      {"a sparse constant without a name",
       model(nameless("Constant", {}, "w",
                      field(5, field(1, std::string("sparse_value")) + field(22, std::string()))) +
             node("Add", {"x", "w"}, "y") + x + y),
       {"Constant (no name, output 'w') is sparse"}},
      {"double", relu(kDouble), {"float64 (double)", "float32", "model.float()"}},
      {"a cast to half inside",
       model(node("Cast", {"x"}, "h", integer("to", kHalf)) + node("Relu", {"h"}, "y") + x + y),
       {"Cast 'node_h'", "float16 (half)", "model.float()"}},
      {"a cast from double",
       model(node("Cast", {"x"}, "y", integer("to", kFloat)) + input("x", square(kDouble)) + y),
       {"Cast 'node_y'", "float64 (double)"}},
      {"no rank",
       model(node("Relu", {"x"}, "y") + input("x", field(2, field(1, field(1, kFloat)))) + y),
       {"input 'x'", "how many dimensions"}},
      {"free sizes of a video",
       model(node("Relu", {"x"}, "y") + field(11, value_info("x", {-1, 3, -1, 112, -1})) + y),
       {"input 'x'", "for example 1x3x16x112x112", "input_shapes"}},
      {"free sizes of an image",
       model(node("Relu", {"x"}, "y") + field(11, value_info("x", {2, 3, -1, -1})) + y),
       {"for example 2x3x224x224", "input_shapes"}},
      {"a subgraph in an operator that is known",
       one("Relu", field(5, field(1, std::string("body")) + field(6, std::string()))),
       {"subgraph", "control flow"}},
  };
}

std::string refusal_of(const std::string& bytes) {
  try {
    Graph graph = parse(bytes);
    specialize(graph, {}, no_evaluation);
    optimize(graph, no_evaluation);
  } catch (const Error& error) {
    CHECK((error.code() == Code::unsupported || error.code() == Code::invalid_argument));
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what the importer refuses names the place, what it found and what would do, in one line") {
  for (const Refusal& row : refusals()) {
    CAPTURE(row.what);
    const std::string text = refusal_of(row.model);
    CAPTURE(text);
    CHECK(!text.empty());
    CHECK(text.find('\n') == std::string::npos);
    for (const char* part : row.says) CHECK_MESSAGE(text.find(part) != std::string::npos, part);
    for (const char* part : row.says_not) CHECK_MESSAGE(text.find(part) == std::string::npos, part);
  }
}

TEST_CASE("an error of a file names its path once") {
  const tests::ScratchFolder folder;
  const auto path = folder.path() / "model.onnx";
  const auto text = [&] {
    try {
      load_onnx(path);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const auto once = [&](const std::string& where) {
    const std::size_t at = where.find(path.string());
    return at != std::string::npos && where.find(path.string(), at + 1) == std::string::npos;
  };
  CHECK(once(text()));
  tests::write_bytes(path, "no model");
  CHECK(once(text()));
  tests::write_bytes(path, model(node("Einsum", {"x"}, "y") + ends()));
  CHECK(once(text()));
}

TEST_CASE("a pass to be skipped that does not exist is an error with the passes' names") {
  const std::string text = "input x f32 1x2\ny = Relu(x)\noutput y";
  REQUIRE(setenv("RT3D_SKIP_PASSES", "remove_dead,nope", 1) == 0);
  Graph graph = parse_graph(text);
  specialize(graph, {}, no_evaluation);
  try {
    optimize(graph, no_evaluation);
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    for (const char* part : {"RT3D_SKIP_PASSES", "'nope'", "fold_constants", "remove_dead"})
      CHECK(std::string(error.what()).find(part) != std::string::npos);
  }
  REQUIRE(setenv("RT3D_SKIP_PASSES", "remove_dead,remove_identity", 1) == 0);
  graph = parse_graph(text);
  specialize(graph, {}, no_evaluation);
  CHECK_NOTHROW(optimize(graph, no_evaluation));
  unsetenv("RT3D_SKIP_PASSES");
}

}  // namespace rt3d::graph

TEST_SUITE_END();
