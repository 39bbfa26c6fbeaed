// rt3d-prune runs: what finished runs say of themselves, beside each other.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "pruner/run_command.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {
namespace {

using nlohmann::json;

json judged_model(const char* name, const char* accuracy, double share, double run_ns) {
  return {{"name", name},
          {"accuracy", accuracy},
          {"top1", {{"share", share}, {"lower", share - 0.1}, {"upper", share + 0.1}}},
          {"run_ns", run_ns},
          {"batch", 2}};
}

// As a run leaves it.
void finished_run(const Shell& shell, const std::string& folder, const std::string& method,
                  const std::string& scheme, double rate, double share, double run_ns) {
  std::filesystem::create_directories(shell.scratch.path(folder));
  const json recipe = {{"method", method}, {"scheme", scheme}};
  const json result = {
      {"rate", rate},
      {"models",
       {judged_model("dense", "default", 0.9, 8e6), judged_model("dense", "exact", 0.9, 16e6),
        judged_model("pruned", "default", share, run_ns), judged_model("pruned", "exact", share, 9e6)}}};
  shell.scratch.write(folder + "/recipe.json", recipe.dump());
  shell.scratch.write(folder + "/result.json", result.dump());
}

std::int64_t count_of(const std::string& text, const std::string& part) {
  std::int64_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("finished runs of a folder become a table, JSON, CSV and one picture") {
  const Shell shell;
  finished_run(shell, "runs/b", "reweighted", "kgs:8x4", 2, 0.85, 5e6);
  finished_run(shell, "runs/deep/a", "reweighted", "kgs:8x4", 3, 0.75, 3e6);
  finished_run(shell, "runs/c", "magnitude", "vanilla:8x4,kgs:8x4", 3, 0.65, 4e6);
  std::filesystem::create_directories(shell.scratch.path("runs/unfinished"));
  shell.scratch.write("runs/unfinished/recipe.json", "{}");
  const std::string runs = shell.scratch.path("runs"), csv = shell.scratch.path("runs.csv"),
                    svg = shell.scratch.path("runs.svg");

  const Result table = pruned_with(shell, "runs " + runs + " --csv " + csv + " --svg " + svg);
  for (const char* words : {"dense", "deep/a", "magnitude", "65.0 %", "1.500", "75.0 % to 95.0 %"})
    CHECK_MESSAGE(holds(table.out, words), std::string(words));
  CHECK(lines_of(csv) == 1 + 4);  // the dense model once
  CHECK(holds(read_file(csv), "\"vanilla:8x4,kgs:8x4\""));
  const std::string picture = read_file(svg);
  CHECK(count_of(picture, "<circle") == 4);
  CHECK(count_of(picture, "<polyline") == 3);
  CHECK(holds(picture, "reweighted kgs:8x4"));

  const json models = json::parse(pruned_with(shell, "runs --json " + runs).out)["models"];
  REQUIRE(models.size() == 4);
  const auto fast = std::ranges::find_if(models, [](const json& m) { return m["run"] == "deep/a"; });
  REQUIRE(fast != models.end());
  CHECK((*fast)["ms"] == 1.5);  // of two clips 3 ms
  CHECK((*fast)["top1"] == 0.75);
  CHECK((*fast)["rate"] == 3);

  // One run by itself.
  CHECK(json::parse(pruned_with(shell, "runs --json " + runs + "/c").out)["models"].size() == 2);

  CHECK(holds(refusal(shell, "runs " + runs + "/unfinished", 2), "there is no finished run in "));
  CHECK(holds(refusal(shell, "runs " + shell.scratch.path("nowhere"), 1), "nowhere"));
  shell.scratch.write("runs/b/result.json", "{\"models\": [{}]}");
  CHECK(holds(refusal(shell, "runs " + runs, 1), "runs/b/result.json is no result of rt3d-prune"));
}

}  // namespace rt3d::cli
