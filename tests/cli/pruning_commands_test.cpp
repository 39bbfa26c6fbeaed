// What the built programs do with pruned models: make them, describe them, and measure which groups pay.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "cli/shell.h"
#include "skip.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("info shows what pruning left of each layer and of the model") {
  const Shell shell;
  const std::string pruned = shell.scratch.path("pruned.onnx");
  const Result made = shell.rt3d(
      "make-model c3d --frames 16 --size 32 --width 0.25 --classes 7 --sparsity kgs:8x4:2.6 -o " + pruned);
  CAPTURE(made.err);
  REQUIRE(made.exit_code == 0);
  const json report = json::parse(shell.rt3d("info --json " + pruned).out);
  const auto before = report["unpruned_macs"].get<double>(), after = report["kept_macs"].get<double>();
  CHECK(before == report["macs"]);
  CHECK(before / after == doctest::Approx(2.6).epsilon(0.05));
  int sparse = 0;
  for (const json& layer : report["layers"]) {
    const auto sparsity = layer["sparsity"].get<std::string>();
    if (sparsity.empty()) continue;
    ++sparse;
    CHECK(holds(sparsity, ":8x4:"));
    CHECK(layer["kept"].get<double>() < 0.9);
    CHECK(layer["note"] != "");
  }
  CHECK(sparse >= 2);
  const std::string text = shell.rt3d("info " + pruned).out;
  CHECK(holds(text, "before pruning"));
  CHECK(holds(text, "kgs:8x4"));
  CHECK_FALSE(holds(shell.rt3d("info " + shell.small_model()).out, "before pruning"));
  CHECK(holds(shell.rt3d("info --layers " + shell.small_model()).out, "MACs before"));
}

TEST_CASE("make-model prunes, tells what it did, and refuses what it cannot do") {
  const Shell shell;
  const std::string path = shell.scratch.path("pruned.onnx");
  const std::string small = "make-model r3d_18 --frames 4 --size 32 --width 0.25 --classes 7 -o " + path;
  const Result made = shell.rt3d(small + " --sparsity kgs:8x4:2 --json");
  REQUIRE(made.exit_code == 0);
  const json report = json::parse(made.out);
  CHECK(report["rate"].get<double>() == doctest::Approx(2).epsilon(0.02));
  CHECK(report["layers"].size() == 21);
  CHECK(holds(shell.rt3d(small + " --sparsity vanilla:8x4:2").out, "before / surviving"));
  CHECK(shell.rt3d("info " + path).exit_code == 0);
  for (const char* spec : {"kgs:8x4:50", "kgs:8x4:authors-3.6", "nonsense"}) {
    const Result refused = shell.rt3d(small + " --sparsity " + spec);
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.size() > 60);
  }
}

TEST_CASE("group-size measures layers of one's own, writes what it found and keeps to its limit") {
  const Shell shell;
  const std::string csv = shell.scratch.path("groups.csv"), svg = shell.scratch.path("groups.svg");
  const std::string tiny =
      "group-size --threads 1 --runs 1 --tune-ms 1 --gm 4,8 --gn 4 --rates 2 --problem 'Conv "
      "1x16x2x6x6,c16x16x3x3x3 -> 1x16x2x6x6 group=1 pads=1x1x1x1x1x1 strides=1x1x1'";
  const Result measured = shell.tune(tiny + " --json --csv " + csv + " --svg " + svg);
  CAPTURE(measured.err);
  REQUIRE(measured.exit_code == 0);
  const json report = json::parse(measured.out);
  CHECK(report["points"].size() ==
        6);  // two groups: KGS in direct code, Vanilla in direct and in the best code
  std::set<std::pair<std::string, std::string>> ways, undisturbed;
  for (const json& point : report["points"]) {
    const std::pair way(point["scheme"].get<std::string>(), point["code"].get<std::string>());
    ways.insert(way);
    if (!point["disturbed"]) undisturbed.insert(way);
  }
  CHECK(ways.size() == 3);
  CHECK(report["recommended"].size() == undisturbed.size());  // all three, unless the machine is busy
  CHECK(report["points"][0]["ns"].get<double>() > 0);
  CHECK(holds(read_file(csv), "layer 1,vanilla,best,8,4,2.000,"));
  CHECK(holds(read_file(svg), "</svg>"));
  const Result limited = shell.tune(tiny + " --limit-seconds 1e-9");
  CHECK(limited.exit_code == 1);
  CHECK(holds(limited.err, "--limit-seconds"));
  CHECK(shell.tune("group-size --rates 0.5").exit_code == 2);
  CHECK(shell.tune("group-size --schemes rows").exit_code == 2);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
