#include "runtime/running/interpret.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace rt3d::runtime {
TEST_SUITE_BEGIN("runtime");

TEST_CASE("Gemm is computed as ONNX means it, with transposes and factors") {
  const float x[] = {1, 2, 3, 4};
  const std::vector<Tensor> inputs{Tensor::of<float>(DType::f32, Shape{2, 2}, x)};
  const auto result = [&](const std::string& attributes) {
    const graph::Graph graph = graph::parse_graph(
        "graph \"t\"\ninput x f32 2x2\nconst w f32 2x2 = 1 10 100 1000\nconst b f32 2 = 1 2\n"
        "y f32 2x2 = Gemm(x, w, b) " +
        attributes + "\noutput y\n");
    const Tensor y = interpret(graph, inputs)[0];
    return std::vector<float>(y.values<float>().begin(), y.values<float>().end());
  };
  CHECK(result("transB=0") == std::vector<float>{202, 2012, 404, 4032});
  CHECK(result("transB=1") == std::vector<float>{22, 2102, 44, 4302});
  CHECK(result("transA=1 transB=0 beta=2.0") == std::vector<float>{303, 3014, 404, 4024});
  CHECK(result("alpha=0.5 transB=0") == std::vector<float>{101.5, 1007, 202.5, 2017});
}

TEST_CASE("inputs that do not fit the graph are refused") {
  const graph::Graph graph = graph::parse_graph("graph \"t\"\ninput x f32 2x2\noutput x\n");
  CHECK_THROWS_AS(interpret(graph, {}), Error);
  const std::vector<Tensor> wrong{Tensor::allocate({DType::f32, Shape{2, 3}})};
  CHECK_THROWS_AS(interpret(graph, wrong), Error);
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
