// A file's constants replaced, and all else as it was.
#include <doctest/doctest.h>

#include <array>

#include "graph/model.h"
#include "graph/onnx_message.h"
#include "scratch_folder.h"
#include "test_data.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {
namespace {

Tensor four(float first) {
  const std::array<float, 4> values{first, 2, 3, 4};
  return Tensor::of<float>(DType::f32, Shape{4}, values);
}

std::vector<float> floats_of(const Graph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    if (const auto id = static_cast<ValueId>(i); graph.value(id).name == name && graph.constant(id)) {
      const Tensor tensor = graph.constant(id)->aligned_copy();
      return {tensor.values<float>().begin(), tensor.values<float>().end()};
    }
  return {};
}

// y = (x + w) + c: an initializer and a Constant node; a node's and a model's doc_string, which RT3D does not know.
std::string documented_model() {
  const std::string data(16, '\0');
  const auto tensor = [&](const std::string& name) {
    return field(1, std::uint64_t{4}) + field(2, std::uint64_t{1}) + field(8, name) + field(9, data);
  };
  const std::string constant =
      node("Constant", {}, "c",
           field(5, field(1, std::string("value")) + field(5, tensor("")) + field(20, std::uint64_t{4})));
  return model(node("Add", {"x", "w"}, "s", field(6, std::string("a node's text"))) + constant +
                   node("Add", {"s", "c"}, "y") + field(5, tensor("w")) + ends(),
               13,
               field(6, std::string("a model's text")) +
                   field(14, field(1, std::string("k")) + field(2, std::string("old"))));
}

}  // namespace

TEST_CASE("constants are replaced in the file's own message, which keeps what RT3D does not know") {
  const tests::ScratchFolder scratch;
  const fs::path from = scratch.path() / "model.onnx", to = scratch.path() / "trained.onnx";
  tests::write_bytes(from, documented_model());
  save_with_constants(from, {{"w", four(5)}, {"c", four(7)}}, {{"k", "new"}, {"added", "too"}}, to);
  const std::string bytes = tests::read_bytes(to);
  CHECK(bytes.find("a node's text") != std::string::npos);
  CHECK(bytes.find("a model's text") != std::string::npos);
  const Graph graph = load_onnx(to);
  CHECK(floats_of(graph, "w") == std::vector<float>{5, 2, 3, 4});
  CHECK(floats_of(graph, "c") == std::vector<float>{7, 2, 3, 4});
  CHECK(graph.metadata == std::map<std::string, std::string>{{"k", "new"}, {"added", "too"}});

  save_with_constants(to, {{"w", four(9)}}, {}, to);  // in place
  CHECK(floats_of(load_onnx(to), "w") == std::vector<float>{9, 2, 3, 4});
  CHECK(floats_of(load_onnx(to), "c") == std::vector<float>{7, 2, 3, 4});
}

TEST_CASE("weights in Winograd's domain are added to a file, replaced there, and left out again") {
  const tests::ScratchFolder scratch;
  const fs::path from = scratch.path() / "model.onnx", to = scratch.path() / "transformed.onnx";
  save_onnx(parse_graph("graph \"two\"\ninput x f32 1x2x5x6\nconst w f32 3x2x3x3\nconst v f32 2x3x3x3\n"
                        "a = Conv(x, w)\ny = Conv(a, v)\noutput y\n"),
            from);
  const auto values = [](std::int64_t oc, std::int64_t ic, float first) {
    Tensor u = Tensor::allocate({DType::f32, Shape{oc, ic, 1, 4, 4}});
    u.mutable_values<float>()[0] = first;
    return u;
  };
  const auto attached = [&](const std::string& weights) -> std::shared_ptr<const TransformedWeights> {
    const Graph graph = load_onnx(to);
    for (const Node& node : graph.nodes)
      if (graph.value(node.inputs[1]).name == weights) return graph.value(node.inputs[1]).transformed;
    return nullptr;
  };
  const WinogradTile tile{1, 2};
  std::vector<TransformedConstant> two = {{"w", {"u", tile, values(3, 2, 5)}},
                                          {"v", {"z", tile, values(2, 3, 6)}}};
  save_with_constants(from, {}, {{"k", "kept"}}, to, Shapes::stay, &two);
  REQUIRE(attached("w"));
  CHECK(attached("w")->name == "u");
  CHECK(attached("w")->tile == tile);
  CHECK(attached("w")->values.aligned_copy().values<float>()[0] == 5);
  REQUIRE(attached("v"));
  CHECK(attached("v")->values.aligned_copy().values<float>()[0] == 6);
  // Without a word about them they stay.
  save_with_constants(to, {}, {}, to);
  CHECK(attached("v"));
  // Those that are named are all.
  const std::vector<TransformedConstant> one = {{"w", {"u", tile, values(3, 2, 7)}}};
  save_with_constants(to, {}, {}, to, Shapes::stay, &one);
  REQUIRE(attached("w"));
  CHECK(attached("w")->values.aligned_copy().values<float>()[0] == 7);
  CHECK_FALSE(attached("v"));
  const std::vector<TransformedConstant> none;
  save_with_constants(to, {}, {}, to, Shapes::stay, &none);
  CHECK_FALSE(attached("w"));
  CHECK(load_onnx(to).metadata == std::map<std::string, std::string>{{"k", "kept"}});
}

TEST_CASE("external data becomes part of the written file") {
  const tests::ScratchFolder scratch;
  const fs::path original = tests::test_data("fixtures") / "c3d/model.onnx", to = scratch.path() / "all.onnx";
  save_with_constants(original, {}, {}, to);
  CHECK(to_text(load_onnx(to)) == to_text(load_onnx(original)));
  const Graph before = load_onnx(original), after = load_onnx(to);
  int compared = 0;
  for (std::size_t i = 0; i < before.value_count(); ++i) {
    const Tensor* tensor = before.constant(static_cast<ValueId>(i));
    if (!tensor) continue;
    CHECK(std::ranges::equal(tensor->bytes(), after.constant(static_cast<ValueId>(i))->bytes()));
    ++compared;
  }
  CHECK(compared > 10);
}

TEST_CASE("constants that are not there, or of another shape, are refused by name") {
  const tests::ScratchFolder scratch;
  const fs::path from = scratch.path() / "model.onnx", to = scratch.path() / "trained.onnx";
  tests::write_bytes(from, documented_model());
  const auto refusal = [&](const std::map<std::string, Tensor>& constants) -> std::string {
    try {
      save_with_constants(from, constants, {}, to);
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid_argument);
      return error.what();
    }
    return "";
  };
  CHECK(refusal({{"w", four(1)}, {"absent", four(1)}}).find("'absent'") != std::string::npos);
  CHECK(refusal({{"w", Tensor::allocate({DType::f32, Shape{5}})}}).find("'w' is 4") != std::string::npos);
  CHECK_FALSE(fs::exists(to));
  tests::write_bytes(from, "no model");
  CHECK(code_of([&] { save_with_constants(from, {}, {}, to); }) == Code::invalid_model);
  CHECK(code_of([&] { save_with_constants(scratch.path() / "none", {}, {}, to); }) == Code::io);
}

}  // namespace rt3d::graph
