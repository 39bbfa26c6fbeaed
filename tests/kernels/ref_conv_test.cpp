// Conv, pooling, Gemm and MatMul of the reference backend against values worked out by hand.
#include <doctest/doctest.h>

#include <limits>

#include "kernels/tensors.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {

TEST_CASE("a 1-D convolution slides, pads in front and behind, strides and dilates") {
  const Tensor x = f32({1, 1, 5}, {1, 2, 3, 4, 5});
  const Tensor w = f32({1, 1, 3}, {1, 10, 100});
  CHECK(values<float>(ref("Conv 1x1x5,c1x1x3 -> 1x1x3", {x, w})) == std::vector<float>{321, 432, 543});
  CHECK(values<float>(ref("Conv 1x1x5,c1x1x3 -> 1x1x4 pads=1x0", {x, w})) ==
        std::vector<float>{210, 321, 432, 543});
  CHECK(values<float>(ref("Conv 1x1x5,c1x1x3 -> 1x1x3 pads=1x1 strides=[2]", {x, w})) ==
        std::vector<float>{210, 432, 54});
  CHECK(values<float>(ref("Conv 1x1x5,c1x1x3 -> 1x1x1 dilations=[2]", {x, w})) == std::vector<float>{531});
}

TEST_CASE("bias, residual and activation follow the convolution in that order") {
  const Tensor x = f32({1, 2, 2}, {1, -2, 3, 4});
  const Tensor w = f32({2, 2, 1}, {1, 1, -1, 2});
  const Tensor b = f32({2}, {1, -10});
  const Tensor add = f32({1, 2, 2}, {-10, 0, 5, 6});
  const std::string problem = "Conv 1x2x2,c2x2x1,c2,1x2x2 -> 1x2x2";
  CHECK(values<float>(ref(problem, {x, w, b, add})) == std::vector<float>{-5, 3, 0, 6});
  CHECK(values<float>(ref(problem + " act=relu", {x, w, b, add})) == std::vector<float>{0, 3, 0, 6});
  CHECK(values<float>(ref("Conv 1x2x2,c2x2x1,-,1x2x2 -> 1x2x2", {x, w, Tensor(), add})) ==
        std::vector<float>{-6, 2, 10, 16});
}

TEST_CASE("groups read their own channels") {
  const Tensor x = f32({1, 4, 1, 1, 1}, {1, 2, 3, 4});
  const Tensor w = f32({2, 2, 1, 1, 1}, {1, 10, 1, 10});
  CHECK(values<float>(ref("Conv 1x4x1x1x1,c2x2x1x1x1 -> 1x2x1x1x1 group=2", {x, w})) ==
        std::vector<float>{21, 43});
}

TEST_CASE("a convolution refuses operands that do not fit") {
  for (const char* line :
       {"Conv 1x4x5,c2x3x3 -> 1x2x3", "Conv 2x4x5,c2x4x3 -> 1x2x3", "Conv 1x4x5,c2x4x3,c3 -> 1x2x3",
        "Conv 1x4x5,c2x4x3,-,1x2x4 -> 1x2x3", "Conv 1x4x5:i64,c2x4x3 -> 1x2x3", "Conv 1x4x5,- -> 1x2x3"})
    CHECK_FALSE(kernels::ref::family().supports(kernels::parse_problem(line), {}));
}

TEST_CASE("pooling looks at what lies inside the input") {
  const Tensor x = f32({1, 1, 4}, {1, -2, 3, 5});
  CHECK(values<float>(ref("MaxPool 1x1x4 -> 1x1x3 kernel_shape=[2] pads=1x1 strides=[2]", {x})) ==
        std::vector<float>{1, 3, 5});
  CHECK(values<float>(ref("AveragePool 1x1x4 -> 1x1x3 kernel_shape=[2] pads=1x1 strides=[2]", {x})) ==
        std::vector<float>{1, 0.5, 5});
  CHECK(values<float>(ref(
            "AveragePool 1x1x4 -> 1x1x3 count_include_pad=1 kernel_shape=[2] pads=1x1 strides=[2]", {x})) ==
        std::vector<float>{0.5, 0.5, 2.5});
  CHECK(values<float>(
            ref("AveragePool 1x1x4 -> 1x1x2 count_include_pad=1 kernel_shape=[3] strides=[3]", {x})) ==
        std::vector<float>{2.0f / 3, 5});  // the second window's tail is outside the padded input
  CHECK(values<float>(ref("MaxPool 1x1x4 -> 1x1x2 dilations=[2] kernel_shape=[2]", {x})) ==
        std::vector<float>{3, 5});
}

TEST_CASE("a maximum over nothing is minus infinity") {
  const Tensor x = f32({1, 1, 1}, {1});
  CHECK(values<float>(ref("MaxPool 1x1x1 -> 1x1x2 kernel_shape=[1] strides=[1] pads=0x1", {x})) ==
        std::vector<float>{1, -std::numeric_limits<float>::infinity()});
}

TEST_CASE("Gemm multiplies rows of any rank by the transposed weights") {
  const Tensor x = f32({2, 1, 2}, {1, 2, 3, 4});
  const Tensor w = f32({3, 2}, {1, 0, 0, 1, 1, 1});
  const Tensor b = f32({3}, {10, 20, 30});
  CHECK(values<float>(ref("Gemm 2x1x2,c3x2,c3 -> 2x1x3", {x, w, b})) ==
        std::vector<float>{11, 22, 33, 13, 24, 37});
  CHECK_THROWS_AS(ref("Gemm 2x2,c3x2 -> 2x3 transB=1", {f32({2, 2}, {1, 2, 3, 4}), w}), Error);
}

TEST_CASE("MatMul repeats matrices over batches and takes vectors") {
  const Tensor a = f32({2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = f32({2, 2}, {1, 10, 100, 1000});
  CHECK(values<float>(ref("MatMul 2x1x2,2x2 -> 2x1x2", {a, b})) == std::vector<float>{201, 2010, 403, 4030});
  CHECK(values<float>(ref("MatMul 2,2x2 -> 2", {f32({2}, {1, 2}), b})) == std::vector<float>{201, 2010});
  CHECK(values<float>(ref("MatMul 2,2 -> scalar", {f32({2}, {1, 2}), f32({2}, {3, 4})})) ==
        std::vector<float>{11});
}

}  // namespace rt3d::tests

TEST_SUITE_END();
