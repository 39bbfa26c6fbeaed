// CSV that the commands print: as many fields as names, whatever fails beside it.
#include "cli/parts/csv.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

// The fields of every line, RFC 4180.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      lines.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      lines.back().emplace_back();
    } else if (!quoted && c == '\n') {
      lines.push_back({""});
    } else {
      lines.back().back() += c;
    }
  }
  lines.pop_back();
  return lines;
}

void check_csv(const std::string& text, std::size_t least_lines) {
  const std::vector<std::vector<std::string>> lines = parse_csv(text);
  REQUIRE(lines.size() >= least_lines + 1);
  for (const std::vector<std::string>& line : lines) CHECK(line.size() == lines[0].size());
  for (const std::string& name : lines[0])
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
}

}  // namespace

TEST_CASE("every CSV has as many fields as names") {
  const Shell shell;
  const std::string list = shell.scratch.write("some.problems",
                                               "Conv 1x8x4x8x8,c16x8x3x3x3,c16 -> 1x16x4x8x8 act=relu "
                                               "dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1\n");
  const std::string quick = " --runs 1 --warmup 1 --tune off --threads 1 --csv";
  const Result bench = shell.rt3d("bench " + shell.small_model() + " " + list + quick);
  CAPTURE(bench.err);
  REQUIRE(bench.exit_code == 0);
  check_csv(bench.out, 20);
  CHECK(parse_csv(bench.out)[0].back() == "peak_gflops");
  const std::string csv = shell.scratch.path("groups.csv");
  const Result groups =
      shell.tune("group-size --layer linear --rates 2 --gm 8 --gn 4 --tune-ms 1 --runs 1 --csv " + csv);
  CAPTURE(groups.err);
  REQUIRE(groups.exit_code == 0);
  check_csv(read_file(csv), 2);
  CHECK(parse_csv(csv_line({"a,b", "c\"d", "", "e\nf"})) ==
        std::vector<std::vector<std::string>>{{"a,b", "c\"d", "", "e\nf"}});
}

TEST_CASE("a model that fails does not take the others' results with it") {
  const Shell shell;
  const std::string good = shell.small_model(), bad = shell.scratch.write("bad.onnx", "no model");
  const std::string quick = " --runs 1 --warmup 1 --tune off --threads 1 ";
  const std::string models = "missing.onnx " + good + " " + bad + " " + good;
  const Result json = shell.rt3d("bench " + models + quick + "--json");
  CHECK(json.exit_code == 1);
  const nlohmann::json reports = nlohmann::json::parse(json.out);
  REQUIRE(reports.size() == 2);
  CHECK(reports[1]["model"] == good);
  CHECK(holds(json.err, "missing.onnx"));
  CHECK(holds(json.err, bad));
  CHECK(std::count(json.err.begin(), json.err.end(), '\n') == 2);
  const Result csv = shell.rt3d("bench " + models + quick + "--csv");
  CHECK(csv.exit_code == 1);
  check_csv(csv.out, 40);
  const Result text = shell.rt3d("bench " + models + quick);
  CHECK(text.exit_code == 1);
  CHECK(holds(text.out, good + ": "));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
