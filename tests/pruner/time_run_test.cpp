// A target in time with labelled videos: layers are planned first, and the run's recipe then holds them. How fast anything is decides
// nothing here.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "pruner/run_command.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {

using nlohmann::json;

namespace {

// A network of layers that take some time, with random weights, and the options of a run.
struct Timed {
  explicit Timed(const Shell& shell)
      : run(shell.scratch.path("run")), pruned(shell.scratch.path("pruned.onnx")) {
    const tests::VideoSet set = tests::make_video_set(shell.scratch, "set", 3, 1);
    const std::string dense = shell.scratch.path("dense.onnx");
    REQUIRE(shell.rt3d("make-model r2plus1d_18 --frames 4 --size 32 --width 0.25 --classes 4 -o " + dense)
                .exit_code == 0);
    words = dense + " --data " + set.videos + " --split " + set.train_list +
            " --short-side 36 --crop 32 --batch 6 --threads 1 --tune off --db none";
  }
  std::string run, pruned, words;
};

}  // namespace

TEST_CASE("a target in time becomes a share and a scheme for each layer, before anything is trained") {
  const Shell shell;
  const Timed timed(shell);
  const std::string& run = timed.run;
  const Result made = pruned_with(shell, timed.words +
                                             " --method magnitude --scheme kgs:8x4,vanilla:16x4 --epochs 1 "
                                             "--target 1.2x-faster --json --run " +
                                             run + " -o " + timed.pruned);
  const std::string log = read_file(run + "/log.txt");
  CHECK(holds(log, "dense ms"));
  CHECK(log.find("dense ms") < log.find("judging the dense model"));
  CHECK(holds(made.err, "measured models 8/8"));

  const json recipe = json::parse(read_file(run + "/recipe.json"));
  CHECK(recipe["planned_for"] == "1.2x-faster");
  CHECK_FALSE(recipe.contains("target"));
  REQUIRE(!recipe["layer"].empty());
  const json result = json::parse(made.out);
  std::size_t lost = 0;
  for (const json& layer : result["layers"]) lost += layer["kept_macs"] < layer["macs"];
  CHECK(lost == recipe["layer"].size());

  // The recipe alone is a run that measures no layer, and loses the same.
  const Result again =
      pruned_with(shell, "--recipe " + run + "/recipe.json --tune off --db none --json --run " +
                             shell.scratch.path("again") + " -o " + shell.scratch.path("again.onnx"));
  CHECK_FALSE(holds(again.err, "measured models"));
  CHECK(json::parse(again.out)["layers"] == result["layers"]);
  CHECK(json::parse(pruned_with(shell, "inspect --json " + timed.pruned).out)["groups"] ==
        "kgs:8x4,vanilla:16x4");
}

TEST_CASE("for filters a target in time becomes a rate, before anything is trained") {
  const Shell shell;
  const Timed timed(shell);
  const Result made = pruned_with(shell, timed.words +
                                             " --method magnitude --scheme filter --epochs 1 "
                                             "--target 1.2x-faster --json --run " +
                                             timed.run + " -o " + timed.pruned);
  CHECK(holds(read_file(timed.run + "/log.txt"), "by measured models, the time is met with "));
  const json recipe = json::parse(read_file(timed.run + "/recipe.json"));
  CHECK(recipe["planned_for"] == "1.2x-faster");
  CHECK(recipe["target"].get<std::string>().ends_with("x"));
  // The recipe alone is a run that measures nothing beforehand, and loses the same.
  const Result again =
      pruned_with(shell, "--recipe " + timed.run + "/recipe.json --tune off --db none --json --run " +
                             shell.scratch.path("again") + " -o " + shell.scratch.path("again.onnx"));
  CHECK_FALSE(holds(again.err, "measured choices"));
  CHECK(json::parse(again.out)["layers"] == json::parse(made.out)["layers"]);
  CHECK(read_file(timed.pruned) == read_file(shell.scratch.path("again.onnx")));
}

}  // namespace rt3d::cli
