// The program rt3d-prune, from videos to a file that the runtime finds pruned.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/shell.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {
namespace {

using nlohmann::json;

Result prune(const Shell& shell, const std::string& arguments) {
  return shell(RT3D_PRUNE_COMMAND " " + arguments);
}

// Three videos of noise that moves, and a file that is none.
std::string clips(const Shell& shell) {
  const std::string folder = shell.scratch.path("clips");
  std::filesystem::create_directories(folder + "/below");
  for (int v = 0; v < 3; ++v) {
    std::vector<video::Frame> frames;
    for (int f = 0; f < 8; ++f) {
      video::Frame frame{48, 40, std::vector<std::uint8_t>(48 * 40 * 3)};
      for (std::size_t i = 0; i < frame.rgb.size(); ++i)
        frame.rgb[i] = static_cast<std::uint8_t>(
            (i * (7 + static_cast<std::size_t>(v)) + static_cast<std::size_t>(f) * 30) % 251);
      frames.push_back(std::move(frame));
    }
    video::write_video(folder + (v == 2 ? "/below/" : "/") + std::to_string(v) + ".mkv", frames);
  }
  return folder;
}

std::string model(const Shell& shell) {
  const std::string path = shell.scratch.path("dense.onnx");
  REQUIRE(shell.rt3d("make-model r2plus1d_18 --frames 4 --size 32 --width 0.25 --classes 7 -o " + path)
              .exit_code == 0);
  return path;
}

}  // namespace

TEST_CASE("rt3d-prune makes of a model and videos a file in which rt3d info finds what was pruned") {
  const Shell shell;
  const std::string dense = model(shell), pruned = shell.scratch.path("pruned.onnx"), folder = clips(shell);
  shell.scratch.write("clips/broken.mp4", "no video");
  const Result made = prune(shell, dense + " --calibrate " + folder +
                                       " --scheme kgs:8x4 --target 2x --json --threads 1 -o " + pruned);
  CAPTURE(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK(holds(made.err, "order of removal"));
  CHECK(holds(made.err, "warning: left out: "));
  CHECK(holds(made.err, "broken.mp4"));
  const json report = json::parse(made.out);
  CHECK(report["clips"] == 3);
  CHECK(report["unreadable"] == 1);
  CHECK(report["rate"].get<double>() >= 2);
  CHECK(report["rate"].get<double>() < 2.02);

  const json info = json::parse(shell.rt3d("info --json " + pruned).out);
  CHECK(info["unpruned_macs"].get<double>() / info["kept_macs"].get<double>() ==
        doctest::Approx(2).epsilon(0.02));
  int found = 0;
  for (const json& layer : info["layers"])
    if (const std::string sparsity = layer["sparsity"]; !sparsity.empty()) {
      CHECK(sparsity.starts_with("kgs:8x4:"));
      ++found;
    }
  CHECK(found > 3);

  const json seen = json::parse(prune(shell, "inspect --json " + pruned).out);
  CHECK(seen["groups"] == "kgs:8x4");
  CHECK(seen["method"] == "one-shot");
  std::int64_t zeros = 0;
  for (const json& layer : seen["layers"]) {
    CHECK(layer["zeros"] == layer["zeros_in_groups"]);
    zeros += layer["zero_groups"].get<std::int64_t>();
  }
  CHECK(zeros > 100);
  CHECK(holds(prune(shell, "inspect " + pruned).out, "pruned by rt3d-prune: one-shot, kgs:8x4"));

  // The file's own metadata says how clips are made; the model may be written over; a table is printed without --json.
  const Result again = prune(
      shell, dense + " --calibrate " + folder + "/0.mkv --target 1.5 --method magnitude --quiet -o " + dense);
  CAPTURE(again.err);
  REQUIRE(again.exit_code == 0);
  CHECK(again.err.empty());
  CHECK(holds(again.out, "times fewer multiply-adds"));
  CHECK(holds(again.out, "dense: first"));
}

TEST_CASE("rt3d info finds exactly the groups that rt3d-prune took") {
  const Shell shell;
  const std::string dense = shell.scratch.path("dense.onnx"), pruned = shell.scratch.path("pruned.onnx"),
                    folder = clips(shell);
  REQUIRE(
      shell.rt3d("make-model r3d_18 --frames 4 --size 32 --width 0.5 --classes 7 -o " + dense).exit_code ==
      0);
  for (const char* scheme : {"kgs:4x4", "kgs:8x4", "kgs:16x4", "kgs:32x4", "vanilla:4x4", "vanilla:8x4",
                             "vanilla:16x4", "vanilla:32x4", "kgs:8x1"}) {
    CAPTURE(std::string(scheme));
    const Result made = prune(shell, dense +
                                         " --quiet --method magnitude --keep-dense layer1* --keep-dense "
                                         "layer2.0* --target 1.3x --calibrate " +
                                         folder + " --scheme " + scheme + " -o " + pruned);
    CAPTURE(made.err);
    REQUIRE(made.exit_code == 0);
    const json info = json::parse(shell.rt3d("info --json " + pruned).out);
    int found = 0;
    for (const json& layer : info["layers"])
      if (const std::string sparsity = layer["sparsity"]; !sparsity.empty()) {
        CAPTURE(layer["name"].get<std::string>());
        // A kernel of one position knows no difference.
        const std::string groups = std::string(scheme).substr(std::string(scheme).find(':'));
        const bool named = sparsity.starts_with(std::string(scheme) + ":") ||
                           sparsity.starts_with("kgs=vanilla" + groups + ":");
        CHECK_MESSAGE(named, sparsity);
        ++found;
      }
    CHECK(found >= 4);
  }
}

TEST_CASE("rt3d-prune prunes in Winograd's domain, and rt3d info and inspect find it there") {
  const Shell shell;
  const std::string dense = model(shell), pruned = shell.scratch.path("pruned.onnx"), folder = clips(shell);
  const Result made = prune(
      shell,
      dense +
          " --quiet --json --threads 1 --method magnitude --scheme winograd:8x4 --target 3x --calibrate " +
          folder + " -o " + pruned);
  CAPTURE(made.err);
  REQUIRE(made.exit_code == 0);
  const json report = json::parse(made.out);
  CHECK(report["rate"].get<double>() >= 3);
  std::map<std::string, std::string> schemes;
  for (const json& layer : report["layers"]) schemes[layer["name"]] = layer["groups"];
  const json info = json::parse(shell.rt3d("info --json " + pruned).out);
  CHECK(info["unpruned_macs"].get<double>() / info["kept_macs"].get<double>() ==
        doctest::Approx(report["rate"].get<double>()).epsilon(0.02));
  const json seen = json::parse(prune(shell, "inspect --json " + pruned).out);
  CHECK(seen["groups"] == "winograd:8x4");
  int transformed = 0, spatial = 0;
  for (const json& layer : seen["layers"]) {
    CHECK(layer["zeros"] == layer["zeros_in_groups"]);
    if (layer["zeros"] == 0) continue;
    CAPTURE(layer["name"].get<std::string>());
    CHECK(layer["groups_of"] == schemes.at(layer["name"]));
    ++(layer["groups_of"] == "winograd:8x4" ? transformed : spatial);
  }
  CHECK(transformed >= 3);
  CHECK(spatial >= 1);
}

// How fast anything is decides nothing here: the times may be missed, and rt3d-prune then says so.
TEST_CASE("a target in time is planned from measured layers, for groups and for filters") {
  const Shell shell;
  const std::string dense = model(shell), pruned = shell.scratch.path("pruned.onnx"), folder = clips(shell);
  const std::string common = dense + " --target 1.3x-faster --threads 1 --quiet --method magnitude --db " +
                             shell.scratch.path("tuning.db") + " --calibrate " + folder + " -o " + pruned;
  const Result groups = prune(shell, common + " --scheme kgs:8x4,vanilla:16x4");
  CAPTURE(groups.err);
  REQUIRE(groups.exit_code == 0);
  CHECK(holds(groups.out, "dense ms"));
  CHECK(holds(groups.out, "measured: dense "));
  CHECK(groups.out.find("dense ms") < groups.out.find("measured: dense "));
  const json seen = json::parse(prune(shell, "inspect --json " + pruned).out);
  CHECK(seen["groups"] == "kgs:8x4,vanilla:16x4");
  std::int64_t zeros = 0;
  for (const json& layer : seen["layers"]) {
    CHECK(layer["zeros"] == layer["zeros_in_groups"]);
    zeros += layer["zeros"].get<std::int64_t>();
  }
  CHECK(zeros > 0);

  const Result filters = prune(shell, common + " --scheme filter --json");
  CAPTURE(filters.err);
  REQUIRE(filters.exit_code == 0);
  const json report = json::parse(filters.out);
  CHECK(report["dense_ms"].get<double>() > 0);
  CHECK(report["pruned_ms"].get<double>() > 0);
  CHECK(report["target_ms"].get<double>() == doctest::Approx(report["dense_ms"].get<double>() / 1.3));
  CHECK(report["rate"].get<double>() > 1);
  CHECK(std::filesystem::file_size(pruned) < std::filesystem::file_size(dense));
  CHECK(shell.rt3d("run " + pruned + " --video " + folder + "/0.mkv").exit_code == 0);
}

TEST_CASE("rt3d-prune says in one line what it cannot do") {
  const Shell shell;
  const std::string dense = shell.small_model(), folder = clips(shell),
                    out = shell.scratch.path("pruned.onnx");
  const auto refused = [&](const std::string& arguments, int exit_code) {
    const Result result = prune(shell, arguments);
    CAPTURE(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(result.err.starts_with("rt3d-prune: error: "));
    CHECK(std::ranges::count(result.err, '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(out));
    return result.err;
  };
  const std::string wanted = " --quiet -o " + out + " --calibrate " + folder;
  CHECK(holds(refused(dense + wanted + " --target 90x", 2), "with all that may go the model is at"));
  CHECK(holds(refused(dense + wanted + " --target 0.5x", 2), "above 1"));
  CHECK(holds(refused(dense + wanted + " --target 40s", 2), "2x-faster"));
  CHECK(holds(refused(dense + wanted + " --db none --target 40000ms", 2), "give less"));
  CHECK(holds(refused(dense + wanted + " --db none --target 0.0001ms", 2),
              "out of reach: the dense model takes"));
  CHECK(holds(refused(dense + wanted + " --target 2ms --scheme kgs:8x3", 2), "no code that gains time"));
  CHECK(holds(refused(dense + wanted + " --target 2x --scheme kgs:8x4,vanilla:8x4", 2), "compete by time"));
  CHECK(holds(refused(dense + wanted + " --target 2x-faster --scheme kgs:8x4,filter", 2), "by itself"));
  CHECK(holds(refused(dense + wanted + " --target 2x --scheme kgs:8", 2), "names no groups"));
  CHECK(holds(refused(dense + wanted + " --target 2ms --scheme winograd:8x4", 2), "are not timed yet"));
  CHECK(holds(refused(dense + wanted + " --target 2ms --scheme kgs:8x4,winograd:8x4", 2),
              "winograd by itself"));
  CHECK(holds(refused(dense + wanted + " --target 90x --scheme filter", 2), "with all filters that may go"));
  CHECK(holds(refused(dense + wanted + " --target 2x --keep-dense nobody", 2), "'nobody'"));
  CHECK(holds(refused(dense + wanted, 2), "--target is missing"));
  CHECK(holds(refused(dense + " --target 2x -o " + out, 2), "--calibrate is missing"));
  CHECK(holds(refused(shell.scratch.path("none.onnx") + wanted + " --target 2x", 1), "none.onnx"));
  CHECK(holds(
      refused(dense + " --quiet --target 2x -o " + out + " --calibrate " + shell.scratch.path("nowhere"), 1),
      "nowhere"));
  std::filesystem::create_directories(shell.scratch.path("empty"));
  CHECK(holds(
      refused(dense + " --quiet --target 2x -o " + out + " --calibrate " + shell.scratch.path("empty"), 1),
      "there is no file"));
  CHECK(holds(refused(dense + " --quiet --target 2x -o /nowhere/pruned.onnx --calibrate " + folder, 1),
              "/nowhere/pruned.onnx"));
}

}  // namespace rt3d::cli
