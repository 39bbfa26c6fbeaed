#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "base/file.h"
#include "graph/graph_text.h"
#include "graph/onnx_message.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

constexpr const char* kNetwork = R"(graph "net"
input x f32 1x2x4x6x6
const w f32 4x2x1x3x3
const b f32 4 = 1 2 3 4
const shape i64 2 = 1 -1
const v f32 3x16
const axes i64 3 = 2 3 4
a = Conv(x, w, b) "conv" pads=0x1x1x0x1x1 strides=1x1x1
c = Relu(a) "relu"
d = MaxPool(c) "pool" ceil_mode=1 kernel_shape=1x3x3 strides=1x2x2
e = ReduceMean(d, axes) "mean" keepdims=1
f = Reshape(e, shape) "flat"
g = Gemm(f, u) "fc" transB=1
output g)";

}  // namespace

TEST_CASE("a saved graph loads again with the same text") {
  const tests::ScratchFolder folder;
  std::string text = kNetwork;
  text.replace(text.find("const v f32 3x16"), 16, "const u f32 3x4");
  Graph graph = parse_graph(text);
  graph.metadata["labels"] = "a,b";
  save_onnx(graph, folder.path() / "net.onnx");
  Graph loaded = load_onnx(folder.path() / "net.onnx");
  CHECK(loaded.metadata == graph.metadata);
  specialize(graph, {}, no_evaluation);
  specialize(loaded, {}, no_evaluation);
  CHECK(loaded.value(loaded.outputs[0]).desc.shape == Shape{1, 3});
  optimize(graph, no_evaluation);
  optimize(loaded, no_evaluation);
  const auto nodes = [](const Graph& g) {
    const std::string all = to_text(g);
    return all.substr(all.find(" = Conv("));
  };
  CHECK(nodes(loaded) == nodes(graph));
  CHECK(loaded.nodes.size() == 5);
}

TEST_CASE("optimising leaves untouched weights shared with the loaded file") {
  const std::string weights(16, '\1');
  const Graph graph = parse(model(node("Add", {"x", "w"}, "y") +
                                  field(5, field(1, std::uint64_t{4}) + field(2, std::uint64_t{1}) +
                                               field(8, std::string("w")) + field(9, weights)) +
                                  ends()));
  Graph copy = graph;
  specialize(copy, {}, no_evaluation);
  optimize(copy, no_evaluation);
  CHECK(copy.constant(copy.nodes[0].inputs[1])->bytes().data() ==
        graph.constant(graph.nodes[0].inputs[1])->bytes().data());
}

TEST_CASE("large weights are parted from the message, wherever they stand, and the last of two counts") {
  const std::string weights(8192, '\1'), other(8192, '\2'), small(16, '\3');
  const auto tensor = [](const std::string& name, int count, const std::string& rest) {
    return field(1, static_cast<std::uint64_t>(count)) + field(2, std::uint64_t{1}) + field(8, name) + rest;
  };
  const std::string constant =
      field(5, field(1, std::string("value")) + field(5, tensor("", 2048, field(9, weights))) +
                   field(20, std::uint64_t{4}));
  // A number of a payload that the file itself gives means nothing.
  const std::string forged = field(100000, std::uint64_t{0});
  const Graph graph = parse(model(
      field(5, tensor("a", 2048, field(9, weights))) + node("Constant", {}, "b", constant) +
      field(5, tensor("c", 2048, field(9, small) + field(9, other) + forged)) +
      field(5, tensor("d", 4, field(9, weights) + field(9, small) + forged)) + node("Add", {"a", "b"}, "p") +
      node("Add", {"p", "c"}, "q") + field(12, value_info("q", {2048})) + field(12, value_info("d", {4}))));
  const auto bytes_of = [&](ValueId id) {
    const auto bytes = graph.constant(id)->bytes();
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  REQUIRE(graph.nodes.size() == 2);
  CHECK(bytes_of(graph.nodes[0].inputs[0]) == weights);
  CHECK(bytes_of(graph.nodes[0].inputs[1]) == weights);
  CHECK(bytes_of(graph.nodes[1].inputs[1]) == other);
  CHECK(bytes_of(graph.outputs[1]) == small);
  const std::string unfilled = field(5, tensor("a", 4, forged));
  CHECK(code_of([&] {
          parse(model(unfilled + node("Add", {"a", "x"}, "y") + ends()));
        }) == Code::invalid_model);
  CHECK(code_of([&] { parse(model(field(5, tensor("a", 2047, field(9, weights))))); }) ==
        Code::invalid_model);
}

TEST_CASE("external data is read from the model's folder only") {
  const tests::ScratchFolder folder;
  fs::create_directories(folder.path() / "m" / "sub");
  const fs::path home = folder.path() / "m";
  std::ofstream(home / "w.data", std::ios::binary) << std::string(64, '\0');
  std::ofstream(home / "sub" / "w.data", std::ios::binary) << std::string(64, '\0');
  std::ofstream(folder.path() / "outside", std::ios::binary) << std::string(64, '\0');
  fs::create_symlink(folder.path() / "outside", home / "link");
  fs::create_directory_symlink(folder.path(), home / "up");
  const auto load = [&](const std::string& location, const std::string& offset,
                        const std::string& length = "") {
    return code_of([&] { parse(external_model(location, offset, length), home); });
  };
  CHECK(load("w.data", "0") == Code::ok);
  CHECK(load("w.data", "48", "16") == Code::ok);
  CHECK(load("./sub/w.data", "16") == Code::ok);
  CHECK(load((folder.path() / "outside").string(), "0") == Code::invalid_model);
  CHECK(load("../outside", "0") == Code::invalid_model);
  CHECK(load("sub/../../outside", "0") == Code::invalid_model);
  CHECK(load("link", "0") != Code::ok);
  CHECK(load("up/outside", "0") != Code::ok);
  CHECK(load("", "0") == Code::invalid_model);
  CHECK(load("sub", "0") != Code::ok);
  CHECK(load("missing", "0") == Code::io);
  CHECK(load("w.data", "49") == Code::invalid_model);
  CHECK(load("w.data", "18446744073709551608") == Code::invalid_model);
  CHECK(load("w.data", "18446744073709551616") == Code::invalid_model);
  CHECK(load("w.data", "-1") == Code::invalid_model);
  CHECK(load("w.data", "0", "32") == Code::invalid_model);
  CHECK(code_of([&] { parse(external_model("w.data", "0")); }) == Code::invalid_model);
}

TEST_CASE("an unsupported operator is named with its node and what is supported") {
  try {
    parse(model(node("Einsum", {"x"}, "y") + ends()));
    FAIL("it was accepted");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(error.code() == Code::unsupported);
    for (const char* part : {"Einsum", "node_y", "GlobalAveragePool", "opset 17"})
      CHECK(text.find(part) != std::string::npos);
  }
  CHECK(code_of([] {
          parse(model(node("Relu", {"x"}, "y", field(7, std::string("com.other"))) + ends()));
        }) == Code::unsupported);
  CHECK(code_of([] { parse(model(node("Relu", {"x"}, "y") + ends(), 8)); }) == Code::unsupported);
  CHECK(code_of([] { parse(model(node("Relu", {"z"}, "y") + ends())); }) == Code::invalid_model);
  CHECK(code_of([] { parse(model(node("Relu", {"y"}, "y") + ends())); }) == Code::invalid_model);
}

TEST_CASE("the model's own functions are replaced by their bodies, and endless ones refused") {
  const auto function = [](const std::string& inner, const std::string& domain) {
    const std::string body = node("Sigmoid", {"a"}, "s").substr(2);
    const auto as_function_node = [](const std::string& n) { return varint((7 << 3) | 2) + n.substr(1); };
    return field(25, field(1, std::string("Gate")) + field(4, std::string("a")) + field(5, std::string("b")) +
                         as_function_node(node("Sigmoid", {"a"}, "s")) +
                         as_function_node(node(inner, {"a", "s"}, "b", field(7, domain))) +
                         field(9, field(2, std::uint64_t{17})) + field(10, std::string("own")));
  };
  const std::string graph = node("Gate", {"x"}, "y", field(7, std::string("own"))) + ends();
  const Graph flat = parse(model(graph, 17, function("Mul", "")));
  REQUIRE(flat.nodes.size() == 2);
  CHECK(flat.nodes[0].op == "Sigmoid");
  CHECK(flat.nodes[1].op == "Mul");
  CHECK(code_of([&] { parse(model(graph, 17, function("Gate", "own"))); }) == Code::invalid_model);
}

TEST_CASE("dynamic batches become 1 and other dynamic dimensions are asked for") {
  const std::string bytes = model(node("Relu", {"x"}, "y") + ends());
  Graph graph = parse(bytes);
  specialize(graph, {}, no_evaluation);
  CHECK(graph.value(graph.outputs[0]).desc.shape == Shape{1, 4});
  graph = parse(bytes);
  specialize(graph, {{"x", Shape{3, 4}}}, no_evaluation);
  CHECK(graph.value(graph.outputs[0]).desc.shape == Shape{3, 4});
  for (const auto& shapes : std::vector<std::map<std::string, Shape>>{
           {{"x", Shape{3, 5}}}, {{"x", Shape{3}}}, {{"z", Shape{3, 4}}}, {{"x", Shape{0, 4}}}}) {
    graph = parse(bytes);
    CHECK(code_of([&] { specialize(graph, shapes, no_evaluation); }) == Code::invalid_argument);
  }
  graph = parse(
      model(node("Relu", {"x"}, "y") + field(11, value_info("x", {1, -1})) + field(12, value_info("y", {}))));
  CHECK(code_of([&] { specialize(graph, {}, no_evaluation); }) == Code::invalid_argument);
}

TEST_CASE("damaged models give an error or a graph") {
  const tests::ScratchFolder folder;
  std::string text = kNetwork;
  text.replace(text.find("const v f32 3x16"), 16, "const u f32 3x4");
  save_onnx(parse_graph(text), folder.path() / "net.onnx");
  const std::string whole = contents(folder.path() / "net.onnx");
  int errors = 0;
  const auto attempt = [&](const std::string& bytes) {
    try {
      Graph graph = parse(bytes);
      specialize(graph, {}, no_evaluation);
      optimize(graph, no_evaluation);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.code() != Code::internal, error.what());
      ++errors;
    }
  };
  for (std::size_t length = 0; length < whole.size(); ++length) attempt(whole.substr(0, length));
  std::mt19937 random(7);
  for (int i = 0; i < 4000; ++i) {
    std::string damaged = whole;
    for (unsigned flips = 1 + random() % 3; flips > 0; --flips)
      damaged[random() % damaged.size()] ^= static_cast<char>(1u << random() % 8);
    attempt(damaged);
  }
  CHECK(errors > 1000);
}

}  // namespace rt3d::graph

TEST_SUITE_END();
