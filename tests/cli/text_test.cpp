#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include "cli/parts/failure.h"
#include "cli/parts/plain_text.h"
#include "cli/parts/problem_model.h"
#include "cli/parts/scores.h"
#include "cli/parts/short_problem.h"
#include "cli/parts/statistics.h"
#include "cli/parts/table.h"
#include "graph/model.h"
#include "scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using tests::Scratch;

TEST_CASE("a problem's short form keeps what tells layers apart") {
  CHECK(short_problem("Conv 1x64x16x56x56,c128x64x3x3x3,c128,- -> 1x128x16x56x56 act=relu pads=1x1x1x1x1x1 "
                      "strides=1x1x1") == "Conv 64x16x56x56 k3x3x3 > 128x16x56x56 relu");
  CHECK(short_problem("Conv 2x8x4x4x4,c8x1x3x3x3,-,2x8x2x2x2 -> 2x8x2x2x2 group=8 strides=2x2x2") ==
        "Conv 2x8x4x4x4 k3x3x3 s2x2x2 g8 > 2x8x2x2x2 +add");
  CHECK(short_problem("MaxPool 1x64x16x56x56 -> 1x64x16x28x28 kernel_shape=1x2x2 strides=1x2x2") ==
        "MaxPool 64x16x56x56 k1x2x2 s1x2x2 > 64x16x28x28");
  CHECK(short_problem("Add c1x8:i64,1x8:i64 -> 1x8:i64") == "Add c1x8:i64 > 8:i64");
  CHECK(short_problem("Reorder 1x3x2x5x7 -> 1x3x2x5x7 from=1x0x0 to=16x1x2") == "Reorder 3x2x5x7 > 3x2x5x7");
  for (const char* other : {"anything else", "", "Conv", "Conv 1x8", "Conv -> 1x8", "Conv , -> 1x8",
                            "Add 1,1 -> ,", "Add 1,1 -> 1 what", "Add 1xmany -> 1"})
    CHECK(short_problem(other) == other);
}

TEST_CASE("scores that are not probabilities go through softmax, probabilities stay") {
  const std::vector<double> already = {0.2, 0.5, 0.3};
  CHECK(probabilities(already) == already);
  const std::vector<double> result = probabilities({1000, 1000 + std::log(3.0)});
  CHECK(result[0] == doctest::Approx(0.25));
  CHECK(result[1] == doctest::Approx(0.75));
}

TEST_CASE("the best scores come first, NaN last, at most as many as there are") {
  CHECK(top({1, 5, 5, NAN, 2}, 3) == std::vector<std::size_t>{1, 2, 4});
  CHECK(top({1, 5}, 9) == std::vector<std::size_t>{1, 0});
}

TEST_CASE("a vector has one dimension that is not one") {
  CHECK(is_vector({1, 10}));
  CHECK(is_vector({10, 1, 1}));
  CHECK_FALSE(is_vector({2, 10}));
  CHECK_FALSE(is_vector({1, 1}));
  CHECK_FALSE(is_vector({1, 0}));
}

TEST_CASE("labels are lines, with or without an end of the last one") {
  const Scratch scratch;
  CHECK(read_labels(scratch.write("a.txt", "one\r\ntwo\nthree")) ==
        std::vector<std::string>{"one", "two", "three"});
  CHECK(split_labels("one\ntwo\n") == std::vector<std::string>{"one", "two"});
  CHECK_THROWS_AS(read_labels(scratch.path("missing.txt")), Failure);
}

TEST_CASE("a byte order mark and blank lines at the end are no labels") {
  const Scratch scratch;
  using Lines = std::vector<std::string>;
  CHECK(read_labels(scratch.write("a.txt", "\xef\xbb\xbfone\r\ntwo\r\n\r\n \t\n\n")) == Lines{"one", "two"});
  CHECK(read_labels(scratch.write("b.txt", "one\n\nthree\n")) == Lines{"one", "", "three"});
  CHECK(read_labels(scratch.write("c.txt", "\n\n")).empty());
  CHECK(plain_text("\xef\xbb\xbf"
                   "a\r\nb\rc\r\n\r") == "a\nb\rc\n\r");
  CHECK(plain_text("a\xef\xbb\xbf") == "a\xef\xbb\xbf");
  CHECK(plain_text("").empty());
}

TEST_CASE("a summary counts what is finite") {
  const float values[] = {1, NAN, 3, INFINITY};
  Array array{RT3D_F32, {4}, std::vector<std::byte>(sizeof values)};
  std::memcpy(array.data.data(), values, sizeof values);
  const Summary some = summarize(array);
  CHECK(some.finite == 2);
  CHECK(some.not_finite == 2);
  CHECK(some.mean == 2);
}

TEST_CASE("quantiles interpolate between sorted times") {
  CHECK(median({5, 1, 3}) == 3);
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(quantile({10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110}, 0.9) == 100);
  CHECK(quantile({7}, 0.9) == 7);
  CHECK(quantile({}, 0.5) == 0);
}

TEST_CASE("quantities are shown in the unit that suits them") {
  CHECK(duration(0) == "0 ns");
  CHECK(duration(840) == "840 ns");
  CHECK(duration(12345) == "12.3 us");
  CHECK(duration(4.56e6) == "4.56 ms");
  CHECK(duration(7.8e9) == "7.80 s");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(12) == "12 B");
  CHECK(millions(38500000000) == "38.50 G");
  CHECK(dims_text({1, 3, -1}) == "1x3x?");
}

TEST_CASE("a table's columns are as wide as their widest cell, in characters") {
  Table table("lr");
  table.add({"a", "100"});
  table.rule();
  table.add({"\xc3\xa9\xc3\xa9", "5"});
  CHECK(table.text() == "  a   100\n  -------\n  \xc3\xa9\xc3\xa9    5\n");
}

TEST_CASE("a problem becomes a model with its operands, its attributes and what is fused into it") {
  const auto model = [](const char* line) {
    const std::string bytes = problem_model(kernels::parse_problem(line));
    return graph::parse_onnx(std::as_bytes(std::span(bytes)));
  };
  const auto ops = [](const graph::Graph& graph) {
    std::string text;
    for (const graph::Node& node : graph.nodes) text += node.op + " ";
    return text;
  };
  const graph::Graph conv = model(
      "Conv 1x8x4x5x6,c4x2x1x3x3,-,1x4x4x5x6 -> 1x4x4x5x6 act=clip act_alpha=-1.0 act_beta=6.0 group=4 "
      "pads=0x1x1x0x1x1 strides=1x1x1");
  CHECK(ops(conv) == "Conv Add Clip Identity ");
  CHECK(conv.inputs.size() == 2);
  CHECK(conv.constant(conv.nodes[0].inputs[1])->shape() == Shape{4, 2, 1, 3, 3});
  CHECK(conv.nodes[0].attributes.text() == "group=4 pads=0x1x1x0x1x1 strides=1x1x1");
  CHECK(conv.constant(conv.nodes[2].inputs[1])->values<float>()[0] == -1);
  CHECK(conv.constant(conv.nodes[2].inputs[2])->values<float>()[0] == 6);
  CHECK(ops(model("Gemm 1x64,c32x64,c32 -> 1x32 act=swish")) == "Gemm Sigmoid Mul Identity ");
  const graph::Graph add = model("Add 1x8,1x8 -> 1x8 act=leaky_relu act_alpha=0.25");
  CHECK(ops(add) == "Add LeakyRelu Identity ");
  CHECK(add.nodes[1].attributes.real("alpha", 0) == 0.25);
  CHECK(ops(model("MaxPool 1x8x4 -> 1x8x2 kernel_shape=[2] strides=[2] pads=0x0 dilations=[1]")) ==
        "MaxPool Identity ");
}

TEST_CASE("problems that no one-node model can express are refused with what can be") {
  const auto refusal = [](const char* line) -> std::string {
    try {
      problem_model(kernels::parse_problem(line));
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  const std::pair<const char*, const char*> cases[] = {
      {"Softmax 1x8 -> 1x8 axis=1", "cannot measure a problem of Softmax: Conv, Gemm, pooling"},
      {"Gemm 1x8x8,c4x8 -> 1x8x4", "cannot measure a Gemm of 1x8x8: matrices only"},
      {"Add 1x8:i64,1x8:i64 -> 1x8:i64", "cannot measure inputs of type i64: f32 only"},
      {"Add 1x8,1x8 -> 1x8:i64", "cannot measure outputs of type i64: f32 only"},
      {"Add 1x?,1x8 -> 1x8", "cannot measure inputs of 1x?: sizes must be known"},
      {"Add , -> 1x8", "it needs inputs and an output"},
      {"Add 1x8,1x8 -> ,", "it needs inputs and an output"},
      {"Add 1x8,1x8 -> 1x8 act=mystery", "unknown activation 'mystery'; known: none, relu, "},
      {"Conv 1x8x8,c8x8x1 -> 1x8x8 strides=1", "attribute 'strides' is not a list"},
      {"Conv 1x8x8,c8x8x1 -> 1x8x8 sparsity=kgs:8", "kgs:8"},
      {"Conv 1x8x8,c999999999x999999999x9,- -> 1x8x8", "is larger than"}};
  for (const auto& row : cases) {
    const char* const line = row.first;
    CAPTURE(line);
    CHECK_MESSAGE(refusal(line).find(row.second) != std::string::npos, refusal(line));
  }
}

TEST_CASE("a layer's sparsity is in its short form and in the weights of its model") {
  const std::string line =
      "Conv 1x16x4x8x8,c32x16x3x3x3,c32 -> 1x32x4x8x8 act=relu group=1 pads=1x1x1x1x1x1 sparsity=kgs:8x4:25% "
      "strides=1x1x1";
  CHECK(short_problem(line) == "Conv 16x4x8x8 k3x3x3 > 32x4x8x8 relu kgs:8x4:25%");
  const auto zeros = [](const std::string& bytes) {
    std::size_t count = 0, run = 0;
    for (const char byte : bytes) {
      run = byte == 0 ? run + 1 : 0;
      if (run % 4 == 0 && run > 0) ++count;
    }
    return count;
  };
  const std::size_t weights = 32 * 16 * 27;
  const std::size_t found = zeros(problem_model(kernels::parse_problem(line)));
  CHECK(found > weights * 7 / 10);
  CHECK(found < weights * 8 / 10);
  const std::string dense = line.substr(0, line.find(" sparsity")) + line.substr(line.find(" strides"));
  CHECK(zeros(problem_model(kernels::parse_problem(dense))) < weights / 100);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
