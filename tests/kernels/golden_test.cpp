// The reference backend against what PyTorch computed: golden/make_golden.py says how the files are read and
// made.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>

#include "kernels/read_problems.h"
#include "kernels/tensors.h"

TEST_SUITE_BEGIN("kernels");

namespace rt3d::tests {
namespace {

constexpr std::int64_t kMaxValues = 40;

Tensor seeded(const Shape& shape, std::uint32_t input) {
  std::vector<float> out(static_cast<std::size_t>(shape.elements()));
  for (std::uint32_t j = 0; j < out.size(); ++j) {
    std::uint32_t h = j * 2654435761u + (input + 1) * 40503u;
    h ^= h >> 15;
    h *= 2246822519u;
    h ^= h >> 13;
    out[j] = (static_cast<float>(h % 17) - 8) / 4;
  }
  return f32(shape, out);
}

}  // namespace

TEST_CASE("the reference backend computes what PyTorch does") {
  for (const char* file : {"conv", "pool", "elementwise", "move", "matmul"}) {
    const std::vector<std::string> lines = read_lines(cat("kernels/golden/", file, ".txt"));
    REQUIRE(lines.size() % 2 == 0);
    for (std::size_t line = 0; line < lines.size(); line += 2) {
      INFO(lines[line]);
      const kernels::Problem problem = kernels::parse_problem(lines[line]);
      std::vector<Tensor> inputs;
      for (std::size_t i = 0; i < problem.inputs.size(); ++i)
        inputs.push_back(problem.inputs[i].absent
                             ? Tensor()
                             : seeded(problem.input_shape(i), static_cast<std::uint32_t>(i)));
      const Tensor y = kernels::ref::compute(problem, inputs).at(0);
      const std::int64_t step = std::max<std::int64_t>(1, (y.elements() + kMaxValues - 1) / kMaxValues);
      std::istringstream expected(lines[line + 1]);
      std::vector<std::int64_t> indices;
      for (std::int64_t i = 0; i < y.elements(); i += step) indices.push_back(i);
      std::vector<float> sampled(indices.size());
      kernels::ref::sample(problem, inputs, indices, sampled);
      for (std::size_t i = 0; i < indices.size(); ++i) {
        double want = NAN;
        expected >> want;
        INFO("element ", indices[i]);
        const float got = y.values<float>()[static_cast<std::size_t>(indices[i])];
        const double tolerance = 2e-6 * std::max(1.0, std::fabs(want));
        CHECK(std::fabs(got - want) <= tolerance);
        CHECK(sampled[i] == got);
      }
      std::string rest;
      expected >> rest;
      CHECK(rest.empty());
    }
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
