// rt3d run on small models: outputs, labels, what is not finite.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/device.h"
#include "cli/parts/npy.h"
#include "cli/shell.h"
#include "graph/model.h"
#include "skip.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("run writes outputs that a second run on the same inputs repeats") {
  const Shell shell;
  const std::string model = shell.small_model();
  std::vector<float> clip(3 * 4 * 32 * 32);
  for (std::size_t i = 0; i < clip.size(); ++i) clip[i] = static_cast<float>(i % 17) * 0.1f - 0.8f;
  const std::string input = shell.scratch.path("clip.npy");
  write_npy(input, RT3D_F32, {1, 3, 4, 32, 32}, clip.data());
  const std::string arguments = "run " + model + " -i " + input + " --tune off --threads 1 --json -o ";
  const Result first = shell.rt3d(arguments + shell.scratch.path("a"));
  CAPTURE(first.err);
  REQUIRE(first.exit_code == 0);
  const json report = json::parse(first.out);
  REQUIRE(report["outputs"].size() == 1);
  CHECK(report["outputs"][0]["shape"] == json({1, 7}));
  CHECK(report["outputs"][0]["top"].size() == 5);
  CHECK(report["threads"] == 1);
  CHECK(report["tuning"]["measurements"] == 0);
  CHECK(report["first_run_ns"] > 0);

  REQUIRE(shell.rt3d(arguments + shell.scratch.path("b") + " --device reference").exit_code == 0);
  const std::string name = report["outputs"][0]["name"].get<std::string>() + ".npy";
  const Array a = read_npy(shell.scratch.path("a/" + name));
  const Array b = read_npy(shell.scratch.path("b/" + name));
  REQUIRE(a.shape == std::vector<std::int64_t>{1, 7});
  REQUIRE(b.shape == a.shape);
  for (std::int64_t i = 0; i < 7; ++i) {
    CHECK(element(a.dtype, a.data.data(), i) ==
          doctest::Approx(element(b.dtype, b.data.data(), i)).epsilon(1e-4));
  }
}

TEST_CASE("run refuses an array of another shape and names both shapes") {
  const Shell shell;
  const std::vector<float> clip(3 * 4 * 16 * 16);
  write_npy(shell.scratch.path("clip.npy"), RT3D_F32, {1, 3, 4, 16, 16}, clip.data());
  const Result result =
      shell.rt3d("run " + shell.small_model() + " --tune off -i " + shell.scratch.path("clip.npy"));
  CHECK(result.exit_code == 2);
  CHECK(holds(result.err, "1x3x4x16x16"));
  CHECK(holds(result.err, "1x3x4x32x32"));
}

TEST_CASE("run shows labels for a video, and warns when it is short") {
  const Shell shell;
  std::string video = "YUV4MPEG2 W40 H40 F25:1 Ip C444\n";
  for (int k = 0; k < 3; ++k) video += "FRAME\n" + std::string(3 * 40 * 40, static_cast<char>(100 + k));
  const std::string path = shell.scratch.write("clip.y4m", video);
  const std::string labels = shell.scratch.write("labels.txt", "ant\nbee\ncat\ndog\nelk\nfox\ngnu\n");
  const Result result = shell.rt3d("run " + shell.small_model() + " --tune off --top 2 --json --video " +
                                   path + " --labels " + labels);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(holds(result.err, "has 3 frames, 4 are needed"));
  const json scores = json::parse(result.out)["outputs"][0]["top"];
  REQUIRE(scores.size() == 2);
  CHECK(scores[0]["label"].get<std::string>().size() == 3);
  CHECK(scores[0]["score"] >= scores[1]["score"]);
  CHECK(scores[0]["score"] <= 1);
}

TEST_CASE("run warns of outputs that are not finite, and says where they may come from") {
  const Shell shell;
  const std::string model = shell.scratch.path("conv.onnx"), clip = shell.scratch.path("clip.npy");
  graph::save_onnx(graph::parse_graph("graph \"net\"\n"
                                      "input x f32 1x16x4x12x12\n"
                                      "const w f32 16x16x3x3x3\nconst b f32 16\n"
                                      "y f32 1x16x4x12x12 = Conv(x, w, b) \"conv\" dilations=1x1x1 group=1 "
                                      "kernel_shape=3x3x3 pads=1x1x1x1x1x1 strides=1x1x1\n"
                                      "output y\n"),
                   model);
  const auto run = [&](float pixel, const std::string& more) {
    std::vector<float> values(16 * 4 * 12 * 12, 0);
    values[1000] = pixel;
    write_npy(clip, RT3D_F32, {1, 16, 4, 12, 12}, values.data());
    return shell(more + " " RT3D_COMMAND " run " + model + " -i " + clip + " --json --tune off --db none" +
                 (more.empty() ? " --accuracy exact" : ""));
  };
  const Result finite = run(1, ""), large = run(1e38f, "");
  for (const Result& result : {finite, large}) {
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    CHECK(json::parse(result.out).at("nonfinite_outputs") == 0);
  }
  const Result nan = run(NAN, "");
  CHECK(nan.exit_code == 0);
  CHECK(holds(nan.err, "the input is not finite either: 1 of the 9216 values of 'x'"));
  CHECK(json::parse(nan.out).at("nonfinite_outputs") > 0);
  const std::string isa(isa_name(this_device().isa));
  if (isa == "none") RT3D_SKIP("no code is generated for this CPU");
  const Result winograd = run(1e38f, "RT3D_FORCE=conv.winograd.t4s4." + isa);
  CHECK(winograd.exit_code == 0);
  CHECK(holds(winograd.err, "rt3d: warning: "));
  CHECK(holds(winograd.err, "of the 9216 values of 'y' are NaN or infinite"));
  CHECK(holds(winograd.err, "--accuracy exact"));
  CHECK(std::count(winograd.err.begin(), winograd.err.end(), '\n') == 1);
}

TEST_CASE("an output without one finite value has no least, greatest or mean value") {
  const Shell shell;
  const std::string clip = shell.scratch.path("clip.npy");
  std::vector<float> values(3 * 4 * 32 * 32, NAN);
  write_npy(clip, RT3D_F32, {1, 3, 4, 32, 32}, values.data());
  const std::string line = "run " + shell.small_model() + " --tune off --db none --threads 1 -i " + clip;
  const Result text = shell.rt3d(line);
  CHECK(text.exit_code == 0);
  CHECK(holds(text.out, "1x7, no finite value, 7 not finite\n"));
  const json output = json::parse(shell.rt3d(line + " --json").out)["outputs"][0];
  for (const char* key : {"min", "max", "mean"}) {
    REQUIRE(output.contains(key));
    CHECK(output[key].is_null());
  }
  CHECK(output["not_finite"] == 7);
  values.assign(values.size(), 0.5f);
  write_npy(clip, RT3D_F32, {1, 3, 4, 32, 32}, values.data());
  CHECK(holds(shell.rt3d(line).out, ", min "));
  CHECK(json::parse(shell.rt3d(line + " --json").out)["outputs"][0]["mean"].is_number());
}

}  // namespace rt3d::cli

TEST_SUITE_END();
