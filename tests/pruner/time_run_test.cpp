// A target in time with labelled videos: layers are planned first, and the run's recipe then holds them. How fast anything is decides
// nothing here.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "pruner/run_command.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("a target in time becomes a share and a scheme for each layer, before anything is trained") {
  const Shell shell;
  const tests::VideoSet set = tests::make_video_set(shell.scratch, "set", 3, 1);
  const std::string dense = shell.scratch.path("dense.onnx"), run = shell.scratch.path("run"),
                    pruned = shell.scratch.path("pruned.onnx");
  REQUIRE(shell.rt3d("make-model r2plus1d_18 --frames 4 --size 32 --width 0.25 --classes 4 -o " + dense)
              .exit_code == 0);
  const std::string data =
      " --data " + set.videos + " --split " + set.train_list + " --short-side 36 --crop 32 --batch 6";
  const Result made = pruned_with(shell, dense + data + " --threads 1 --tune off --db none" +
                                             " --method magnitude --scheme kgs:8x4,vanilla:16x4 --epochs 1 "
                                             "--target 1.2x-faster --json --run " +
                                             run + " -o " + pruned);
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
  CHECK(json::parse(pruned_with(shell, "inspect --json " + pruned).out)["groups"] == "kgs:8x4,vanilla:16x4");
}

}  // namespace rt3d::cli
