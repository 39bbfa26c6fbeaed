// --tune background of run and bench.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("run --tune background answers first, and says what is left to tune") {
  const Shell shell;
  const std::string arguments = "run " + shell.small_model() + " --tune background --threads 1 --db none";
  const Result result = shell.rt3d(arguments + " --json");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const json report = json::parse(result.out);
  CHECK(report["tuning"]["measurements"] == 0);
  for (const char* key : {"finished", "share", "problems_tuned", "spent_ns", "plans"})
    CHECK(report["background"].contains(key));
  CHECK(report["outputs"].size() == 1);
  const Result text = shell.rt3d(arguments);
  CHECK(text.exit_code == 0);
  CHECK(holds(text.out, "of what is to be measured"));
  CHECK_FALSE(json::parse(shell.rt3d("run " + shell.small_model() + " --tune off --threads 1 --json").out)
                  .contains("background"));
}

TEST_CASE("bench --tune background reports latency before, meanwhile and afterwards, and draws it") {
  const Shell shell;
  const std::string svg = shell.scratch.path("latency.svg");
  const std::string arguments = "bench " + shell.small_model() +
                                " --tune background --threads 1 --db none --runs 3 --seconds 0.5 --rate 500 --share 1";
  const Result result = shell.rt3d(arguments + " --json --svg " + svg);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const json report = json::parse(result.out);
  for (const char* phase : {"before", "tuning", "after"}) {
    CAPTURE(phase);
    const json& latency = report["latency"][phase];
    CHECK(latency["runs"] >= 1);
    CHECK(latency["p50_ns"] > 0);
    CHECK(latency["p50_ns"] <= latency["p95_ns"]);
    CHECK(latency["p95_ns"] <= latency["longest_ns"]);
  }
  CHECK(report["latency"]["before"]["runs"] == 3);
  CHECK(report["latency"]["after"]["runs"] == 3);
  CHECK(report["rate"] == 500);
  CHECK(report["share"] <= 1);
  CHECK(report["error"] == "");
  CHECK(report["plan_changes"].size() <= report["plans"].get<std::size_t>());
  CHECK(read_file(svg).rfind("<svg", 0) == 0);
  const Result text = shell.rt3d(arguments);
  CHECK(text.exit_code == 0);
  CHECK(holds(text.out, "P95 ms"));
}

TEST_CASE("what --tune background has no use for is refused") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string list = shell.scratch.write("some.problems", "Relu 1x8 -> 1x8\n");
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"run " + model + " --tune background --tune-ms 9", "leave it out"},
      {"plan " + model + " --tune background", "background"},
      {"bench " + model + " --rate 10", "--rate is of no use"},
      {"bench " + model + " --seconds 10", "--seconds is of no use"},
      {"bench " + model + " --share 0.5", "--share is of no use"},
      {"bench " + model + " --tune background --share 1.5", "--share"},
      {"bench " + model + " --svg x.svg --tune off", "--svg is of no use"},
      {"bench " + model + " --tune background --csv", "--json"},
      {"bench " + model + " " + model + " --tune background", "one model"},
      {"bench " + model + " --tune background --svg -", "--svg"},
      {"bench " + list + " --tune background", "list of problems"}};
  for (const auto& row : wrong) {
    const Result result = shell.rt3d(row.first);
    CAPTURE(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, row.second));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
}

TEST_SUITE_END();

}  // namespace rt3d::cli
