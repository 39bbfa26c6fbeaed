#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/problem.h"
#include "models/models.h"
#include "test_data.h"

TEST_SUITE_BEGIN("models");

namespace rt3d::models {

namespace {

std::vector<std::string> lines_of(const std::string& model) {
  std::ifstream file(tests::test_data("../bench/problems") / (model + ".problems"));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const char* const kListed[] = {"c3d", "r3d_18", "r2plus1d_18", "s3d", "x3d_s"};

}  // namespace

TEST_CASE("the shape lists hold distinct canonical problems whose sizes agree") {
  for (const char* model : kListed) {
    CAPTURE(model);
    const std::vector<std::string> lines = lines_of(model);
    CHECK(lines.size() >= 10);
    CHECK(std::set<std::string>(lines.begin(), lines.end()).size() == lines.size());
    for (const std::string& line : lines) {
      CAPTURE(line);
      const kernels::Problem problem = kernels::parse_problem(line);
      CHECK(problem.text() == line);
      const Shape& out = problem.outputs[0].shape;
      if (problem.op == "Conv") {
        const kernels::ConvShape s = kernels::conv_shape(problem);
        CHECK(out == Shape{s.n, s.oc, s.od, s.oh, s.ow});
      }
      if (problem.has_input(2)) CHECK(problem.input_shape(2)[0] == problem.input_shape(1)[0]);
      if (problem.has_input(3)) CHECK(problem.input_shape(3) == out);
    }
  }
}

TEST_CASE("every convolution and linear weight of a model occurs in its shape list") {
  for (const char* model : kListed) {
    CAPTURE(model);
    std::set<std::string> listed;
    for (const std::string& line : lines_of(model))
      listed.insert(kernels::parse_problem(line).input_shape(1).text());
    std::set<std::string> wanted;
    const graph::Graph graph = build({.name = model});
    for (const graph::Node& node : graph.nodes) {
      if (node.op != "Conv" && node.op != "Gemm" && node.op != "MatMul") continue;
      const Shape& w = graph.value(node.inputs[1]).desc.shape;
      wanted.insert(node.op == "MatMul" ? Shape{w[1], w[0]}.text() : w.text());
    }
    CHECK(wanted == listed);
  }
}

}  // namespace rt3d::models

TEST_SUITE_END();
