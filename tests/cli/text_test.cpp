#include <doctest/doctest.h>

#include <cmath>

#include "cli/failure.h"
#include "cli/problem_text.h"
#include "cli/scores.h"
#include "cli/scratch.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

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
  CHECK(split_lines("one\ntwo\n") == std::vector<std::string>{"one", "two"});
  CHECK_THROWS_AS(read_labels(scratch.path("missing.txt")), Failure);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
