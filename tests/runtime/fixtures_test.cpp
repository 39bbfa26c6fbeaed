// Models as PyTorch exports them (tests/fixtures/README.md) through whole sessions, on every instruction set that this CPU has
// and on the reference backend, against PyTorch's own outputs.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

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
using tests::worst_error;

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
