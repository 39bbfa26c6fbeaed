#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "cli/failure.h"
#include "cli/plain_text.h"
#include "cli/problem_model.h"
#include "cli/problem_text.h"
#include "cli/scores.h"
#include "scratch.h"
#include "cli/statistics.h"
#include "cli/table.h"

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
  CHECK(short_problem("anything else") == "anything else");
  CHECK(short_problem("") == "");
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

TEST_CASE("a problem's line comes apart, and anything else is refused") {
  const ProblemText problem = parse_problem_text("Conv 1x8x4,c4x8x1,-,1x4x4 -> 1x4x4 act=relu strides=[1]");
  CHECK(problem.op == "Conv");
  CHECK(problem.inputs == std::vector<std::string>{"1x8x4", "c4x8x1", "-", "1x4x4"});
  CHECK(problem.output == "1x4x4");
  CHECK(problem.attribute("act") == "relu");
  CHECK(problem.attribute("group") == "");
  CHECK(sizes_of(problem.attribute("strides")) == std::vector<std::int64_t>{1});
  for (const char* line : {"", "Conv", "Conv 1x8", "Conv -> 1x8", "Add 1,1 -> 1 what"})
    CHECK_THROWS_AS(parse_problem_text(line), Failure);
  for (const char* text : {"x", "1xx2", "-1", "1xa", "?"}) CHECK_THROWS_AS(sizes_of(text), Failure);
}

TEST_CASE("problems that no one-node model can express are refused") {
  CHECK_THROWS_AS(problem_model(parse_problem_text("Softmax 1x8 -> 1x8 axis=1")), Failure);
  CHECK_THROWS_AS(problem_model(parse_problem_text("Add 1x8:i64,1x8:i64 -> 1x8:i64")), Failure);
  CHECK_THROWS_AS(problem_model(parse_problem_text("Add 1x8,1x8 -> 1x8 act=mystery")), Failure);
  CHECK_THROWS_AS(problem_model(parse_problem_text("Conv 1x8x8,c999999999x999999999x9,- -> 1x8x8")), Failure);
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
  const std::size_t found = zeros(problem_model(parse_problem_text(line)));
  CHECK(found > weights * 7 / 10);
  CHECK(found < weights * 8 / 10);
  const std::string dense = line.substr(0, line.find(" sparsity")) + line.substr(line.find(" strides"));
  CHECK(zeros(problem_model(parse_problem_text(dense))) < weights / 100);
  CHECK_THROWS(problem_model(parse_problem_text(dense + " sparsity=kgs:8")));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
