// rt3d check: right devices pass, wrong ones are told by name and by exit code.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cl/small_session.h"
#include "cli/shell.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("check compares a model's outputs on the CPU with the reference's, and with a limit of its own") {
  const Shell shell;
  const std::string check = "check " + shell.small_model() + " --against reference --threads 1";
  const Result text = shell.rt3d(check);
  CAPTURE(text.err);
  CHECK(text.exit_code == 0);
  CHECK(holds(text.out, "right"));
  CHECK(holds(text.out, "limit 1.0e-03"));

  const json report = json::parse(shell.rt3d(check + " --accuracy exact --json").out);
  CHECK(report["against"] == "reference");
  CHECK(report["limit"] == 1e-4);
  REQUIRE(report["models"].size() == 1);
  const json& model = report["models"][0];
  CHECK(model["right"] == true);
  CHECK(model["layers_on_cpu"].empty());
  REQUIRE(model["outputs"].size() == 1);
  const double difference = model["outputs"][0]["largest_difference"];
  CHECK(difference > 0);  // sums in another order
  CHECK(difference < 1e-5);

  const Result strict = shell.rt3d(check + " --limit 1e-12");
  CHECK(strict.exit_code == 1);
  CHECK(holds(strict.out, "WRONG"));
  CHECK(strict.err == "rt3d: error: 1 of 1 models: outputs differ by more than the limit\n");
}

TEST_CASE("check goes on behind a model that fails") {
  const Shell shell;
  const Result result = shell.rt3d("check missing.onnx " + shell.small_model() + " --threads 1");
  CHECK(result.exit_code == 1);
  CHECK(holds(result.err, "missing.onnx"));
  CHECK(holds(result.out, "right"));
  const json report =
      json::parse(shell.rt3d("check missing.onnx " + shell.small_model() + " --threads 1 --json").out);
  REQUIRE(report["models"].size() == 2);
  CHECK(report["models"][0]["right"] == false);
  CHECK(holds(report["models"][0]["error"], "missing.onnx"));
  CHECK(report["models"][1]["right"] == true);
}

TEST_CASE("check finds a device that computes wrong numbers") {
  const Shell shell;
  if (!holds(shell.rt3d("devices").out, "opencl:0")) RT3D_SKIP("this machine has no OpenCL device");
  const tests::FaultLibrary library;
  const std::string check = "check " + shell.small_model() + " --device opencl --threads 1";
  const Result right = shell.rt3d(check);
  CAPTURE(right.err);
  CHECK(right.exit_code == 0);
  CHECK_FALSE(holds(right.out, "the CPU computes"));
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "wrong_numbers:64");
  const Result wrong = shell.rt3d(check);
  CHECK(wrong.exit_code == 1);
  CHECK(holds(wrong.out, "WRONG"));
}

TEST_SUITE_END();
}  // namespace rt3d::cli
