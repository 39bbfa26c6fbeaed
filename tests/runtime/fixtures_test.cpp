// Models as PyTorch exports them (tests/fixtures/README.md) through whole sessions, on every instruction set that this CPU has
// and on the reference backend, against PyTorch's own outputs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "graph/model.h"
#include "isas_here.h"
#include "runtime/fixture_models.h"
#include "runtime/session.h"
#include "runtime/step_check.h"
#include "skip.h"
#include "test_data.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

namespace fs = std::filesystem;

// The f32 elements of a .npy file (version 1, row-major), and its shape.
std::vector<float> read_floats(const fs::path& path, Shape& shape) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(bytes.size() > 10);
  const std::size_t header =
      static_cast<unsigned char>(bytes[8]) + 256u * static_cast<unsigned char>(bytes[9]);
  const std::string text = bytes.substr(10, header);
  REQUIRE(text.find("'<f4'") != std::string::npos);
  REQUIRE(text.find("'fortran_order': False") != std::string::npos);
  std::smatch found;
  REQUIRE(std::regex_search(text, found, std::regex("'shape': \\(([0-9, ]*)\\)")));
  std::vector<std::int64_t> dims;
  const std::string list = found[1];
  const std::regex number("[0-9]+");
  for (std::sregex_iterator it(list.begin(), list.end(), number), end; it != end; ++it)
    dims.push_back(std::stoll(it->str()));
  shape = Shape(dims);
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  REQUIRE(bytes.size() == 10 + header + values.size() * sizeof(float));
  std::copy_n(bytes.data() + 10 + header, values.size() * sizeof(float),
              reinterpret_cast<char*>(values.data()));
  return values;
}

// Largest difference over all outputs, relative to each output's largest value.
double worst_error(const fs::path& folder, const graph::Graph& model, SessionOptions options) {
  std::vector<std::vector<float>> inputs;
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    Shape shape;
    inputs.push_back(read_floats(folder / ("input_" + std::to_string(i) + ".npy"), shape));
    options.input_shapes[model.value(model.inputs[i]).name] = shape;
  }
  options.tuning.mode = tuner::Mode::off;
  Session session(model, options);
  for (std::size_t i = 0; i < inputs.size(); ++i) session.set_input(i, std::as_bytes(std::span(inputs[i])));
  session.run();
  double worst = 0;
  for (std::size_t i = 0; i < session.outputs().size(); ++i) {
    Shape shape;
    const std::vector<float> expected = read_floats(folder / ("output_" + std::to_string(i) + ".npy"), shape);
    REQUIRE(session.outputs()[i].desc.shape == shape);
    const auto* got = reinterpret_cast<const float*>(session.output(i));
    double largest = 1e-30, difference = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      largest = std::max(largest, std::fabs(static_cast<double>(expected[k])));
      const double d = std::fabs(static_cast<double>(got[k]) - static_cast<double>(expected[k]));
      difference = std::max(difference, std::isnan(d) ? 1e30 : d);
    }
    worst = std::max(worst, difference / largest);
  }
  return worst;
}

}  // namespace

TEST_CASE("PyTorch's exports give PyTorch's outputs on every instruction set") {
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    const graph::Graph model = graph::load_onnx(folder / "model.onnx");
    for (Isa isa : tests::isas_here()) {
      for (int threads : {1, 2}) {
        CAPTURE(isa_name(isa));
        CAPTURE(threads);
        SessionOptions options;
        options.isa = isa;
        options.threads = threads;
        CHECK(worst_error(folder, model, options) < 3e-5);
      }
    }
  }
}

TEST_CASE(
    "every step of PyTorch's exports computes what the reference does of the same operands [slow: asan tsan "
    "aarch64]") {
  int steps = 0;
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    const graph::Graph model = tests::optimized_model(folder);
    const tests::WorstStep worst = tests::worst_step(model, tests::uniform_inputs(model), {this_device(), 2});
    CHECK_MESSAGE(worst.over_bound < 1, worst.text);
    MESSAGE(folder.filename().string(), ": ", worst.text);
    steps += worst.steps;
  }
  CHECK(steps > 500);
}

// Some of these small networks amplify every rounding: that of floats, too, which are 2^13 times finer. Of these the outputs tell little
// about halves, so that each step is looked at by itself.
TEST_CASE(
    "half precision costs PyTorch's exports 1e-2 of the output's range, or 2e4 times what floats cost") {
  if (!this_device().features.fp16) RT3D_SKIP("no half-precision arithmetic here");
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    SessionOptions options;
    options.threads = 2;
    options.accuracy = kernels::Accuracy::half;
    const graph::Graph model = graph::load_onnx(folder / "model.onnx");
    const double error = worst_error(folder, model, options);
    options.accuracy = kernels::Accuracy::exact;
    const double exact = worst_error(folder, model, options);
    MESSAGE(folder.filename().string(), ": ", error, " of the output's range, ", exact, " with floats");
    CHECK(error < std::max(1e-2, 2e4 * exact));
    if (2e4 * exact < 1e-2) continue;
    const graph::Graph optimized = tests::optimized_model(folder);
    const tests::WorstStep worst = tests::worst_step(optimized, tests::uniform_inputs(optimized),
                                                     {this_device(), 2, kernels::Accuracy::half});
    CHECK_MESSAGE(worst.over_bound < 1, worst.text);
  }
}

TEST_CASE("PyTorch's exports give PyTorch's outputs on the reference backend") {
  for (const fs::path& folder : tests::fixture_models()) {
    CAPTURE(folder.filename().string());
    SessionOptions options;
    options.device = "reference";
    options.threads = 1;
    CHECK(worst_error(folder, graph::load_onnx(folder / "model.onnx"), options) < 3e-5);
  }
}

TEST_CASE("no operator of C3D, R(2+1)D or S3D runs on the reference backend") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no instruction set here that code is generated for");
  for (const char* name :
       {"c3d", "r2plus1d_18", "s3d", "c3d_torchscript", "r2plus1d_18_torchscript", "s3d_torchscript"}) {
    SessionOptions options;
    options.threads = 1;
    options.tuning.mode = tuner::Mode::off;
    const graph::Graph model = graph::load_onnx(tests::test_data("fixtures") / name / "model.onnx");
    const Session session(model, options);
    REQUIRE_FALSE(session.steps().empty());
    for (const StepReport& step : session.steps())
      CHECK_MESSAGE(!step.family.starts_with("ref."), name, ": ", step.problem);
  }
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
