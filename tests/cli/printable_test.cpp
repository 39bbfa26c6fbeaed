// Names come from files: none of their bytes gives orders to the terminal.
#include "cli/parts/printable.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/parts/table.h"
#include "cli/shell.h"
#include "graph/model.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

// What a terminal would obey: control characters but line ends and tabs, as bytes and as UTF-8.
bool commands_a_terminal(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("control characters are shown as question marks, white space as spaces, all else as it is") {
  CHECK(printable("a\x1b[2Jb\x7f") == "a?[2Jb?");
  CHECK(printable("one\ttwo\r\nthree") == "one two  three");
  CHECK(printable("\xc2\x9b"
                  "2J") == "?2J");  // U+009B, as UTF-8
  CHECK(printable("\x9b"
                  "2J") == "?2J");                             // and as a byte
  CHECK(printable("\xe0\x80\x9b[\xf0\x80\x80\x9b") == "?[?");  // longer than need be
  CHECK(printable("\xc2") == "\xc2");
  CHECK(printable(std::string_view("a\0b", 3)) == "a?b");
  const std::string good =
      "gr\xc3\xb6\xc3\x9f"
      "er \xe2\x82\xac \xf0\x9f\x8e\x9b \xc2\xa0 caf\xe9";
  CHECK(printable(good) == good);
  CHECK(printable_lines("a\tb\n\x1b[0m\n") == "a\tb\n?[0m\n");
  CHECK(printable("").empty());
  Table table("l");
  table.add({"a\x1b[2Jb\nc"});
  CHECK(table.text() == "  a?[2Jb c\n");
}

TEST_CASE("names of tensors, layers and classes give a terminal no orders, and JSON has them as they are") {
  const Shell shell;
  const std::string model = shell.scratch.path("net.onnx");
  const std::string name =
      "y\x1b]0;me\x07\xc2\x9b"
      "2J";
  graph::Graph graph = graph::parse_graph(
      "graph \"net\"\ninput x f32 1x8\nconst w f32 4x8\nconst b f32 4\n"
      "y f32 1x4 = Gemm(x, w, b) \"layer\" transB=1\noutput y\n");
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    graph.value(static_cast<graph::ValueId>(i)).name += name;
  for (graph::Node& node : graph.nodes) node.name = "layer" + name;
  graph::save_onnx(graph, model);
  const std::string labels = shell.scratch.write("labels.txt", name + "\nb\nc\nd\n");
  const std::string quick = " --db none --threads 1 ";
  std::vector<std::string> lines = {
      RT3D_COMMAND " run " + model + quick + "--tune off --labels " + labels,
      RT3D_COMMAND " run " + model + quick + "--tune quick",
      RT3D_COMMAND " run " + model + quick + "--tune off -i nothing=" + labels,
      RT3D_COMMAND " info " + model + quick + "--graph --layers",
      RT3D_COMMAND " plan " + model + quick,
      RT3D_COMMAND " bench " + model + quick + "--tune off --runs 1",
      RT3D_COMMAND " bench " + model + quick + "--tune off --runs 1 --csv",
      RT3D_COMMAND " run " + model + quick + "--tune off --json --labels " + labels,
      RT3D_TUNE_COMMAND " " + model + quick + "--tune-ms 1"};
  for (const std::string& line : lines) {
    const Result result = shell(line);
    CAPTURE(line);
    CAPTURE(result.err);
    CHECK_FALSE(commands_a_terminal(result.out));
    CHECK_FALSE(commands_a_terminal(result.err));
    CHECK((result.exit_code == 0) == !holds(line, "nothing="));
  }
  const auto report = nlohmann::json::parse(shell(lines[7]).out);
  CHECK(report["outputs"][0]["name"] == "y" + name);
  CHECK(holds(report["outputs"][0]["top"].dump(), nlohmann::json(name).dump().substr(1, 4)));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
