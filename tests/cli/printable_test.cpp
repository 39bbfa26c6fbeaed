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

bool is_utf8(const std::string& text) {
  try {
    nlohmann::json(text).dump();
    return true;
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

// What a terminal would obey: control characters but line ends and tabs, as bytes and as UTF-8.
bool commands_a_terminal(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

// A model of one layer, whose tensors and node have names that end like this.
void save_named(const std::string& name, const std::string& model) {
  graph::Graph graph = graph::parse_graph(
      "graph \"net\"\ninput x f32 1x8\nconst w f32 4x8\nconst b f32 4\n"
      "y f32 1x4 = Gemm(x, w, b) \"layer\" transB=1\noutput y\n");
  for (std::size_t i = 0; i < graph.value_count(); ++i)
    graph.value(static_cast<graph::ValueId>(i)).name += name;
  for (graph::Node& node : graph.nodes) node.name = "layer" + name;
  graph::save_onnx(graph, model);
}

}  // namespace

TEST_CASE("control characters are shown as question marks, white space as spaces, all else as it is") {
  CHECK(printable("a\x1b[2Jb\x7f") == "a?[2Jb?");
  CHECK(printable("one\ttwo\r\nthree") == "one two  three");
  CHECK(printable("\xc2\x9b"
                  "2J") == "?2J");  // U+009B, as UTF-8
  CHECK(printable(std::string_view("a\0b", 3)) == "a?b");
  const std::string good =
      "gr\xc3\xb6\xc3\x9f"
      "er \xe2\x82\xac \xf0\x9f\x8e\x9b \xc2\xa0 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf";
  CHECK(printable(good) == good);
  CHECK(printable_lines("a\tb\n\x1b[0m\n") == "a\tb\n?[0m\n");
  CHECK(printable("").empty());
  Table table("l");
  table.add({"a\x1b[2Jb\nc"});
  CHECK(table.text() == "  a?[2Jb c\n");
}

TEST_CASE("bytes that are no UTF-8 are escaped, one by one") {
  using Case = std::pair<std::string, std::string>;
  for (const Case& row : std::vector<Case>{{"caf\xe9 au lait", "caf\\xe9 au lait"},
                                           {"\x9b"
                                            "2J",
                                            "\\x9b2J"},
                                           {"\xc2", "\\xc2"},
                                           {"\xe2\x82", "\\xe2\\x82"},
                                           {"\xe2\x82[", "\\xe2\\x82["},
                                           {"\xe0\x80\x9b[", "\\xe0\\x80\\x9b["},  // longer than need be
                                           {"\xf0\x80\x80\x9b", "\\xf0\\x80\\x80\\x9b"},
                                           {"\xc1\xbf", "\\xc1\\xbf"},
                                           {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // half of a pair of UTF-16
                                           {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // beyond Unicode
                                           {"\xf8\x90\x80\x80", "\\xf8\\x90\\x80\\x80"},
                                           {"\xff\xfe", "\\xff\\xfe"}}) {
    CHECK(printable(row.first) == row.second);
    CHECK(printable_lines(row.first) == row.second);
    CHECK(printable(row.second) == row.second);
  }
  for (int i = 0; i < 0x10000; ++i) {
    const std::string text{static_cast<char>(i >> 8), static_cast<char>(i & 255), 'x'};
    if (!is_utf8(printable(text))) FAIL_CHECK("bytes ", i, " are printed as they are");
    if (is_utf8(text) && printable(text).find('\\') != std::string::npos &&
        text.find('\\') == std::string::npos)
      FAIL_CHECK("bytes ", i, " are escaped");
  }
  CHECK(first_columns("gr\xc3\xb6\xc3\x9f"
                      "er",
                      3) == "gr\xc3\xb6");
  CHECK(first_columns("ab", 3) == "ab");
}

TEST_CASE("no command prints bytes that are no UTF-8, whatever files and what is in them are called") {
  const Shell shell;
  const std::string name = "caf\xe9", model = shell.scratch.path(name + ".onnx"),
                    db = shell.scratch.path(name + ".db");
  save_named(name, model);
  const std::string labels = shell.scratch.write("labels.txt", name + "\nb\nc\nd\n");
  const std::string options = " " + model + " --threads 1 --db " + db;
  const std::string missing = shell.scratch.path(name);
  int quoted = 0;
  for (const std::string& line :
       {RT3D_COMMAND " run" + options + " --labels " + labels, RT3D_COMMAND " run" + options + " --json",
        RT3D_COMMAND " info" + options + " --graph --layers", RT3D_COMMAND " plan" + options,
        RT3D_COMMAND " bench" + options + " --runs 1", RT3D_COMMAND " bench" + options + " --runs 1 --csv",
        RT3D_TUNE_COMMAND + options + " --tune-ms 1", RT3D_TUNE_COMMAND " list --db " + db,
        RT3D_TUNE_COMMAND " merge " + db + " --db " + missing + "2.db",
        RT3D_COMMAND " make-model r3d_18 --frames 4 --size 32 --width 0.0625 -o " + missing + "3.onnx",
        RT3D_COMMAND " run " + missing, RT3D_COMMAND " run" + options + " --video " + missing,
        RT3D_COMMAND " run" + options + " --isa " + name, RT3D_COMMAND " run" + options + " --device " + name,
        RT3D_TUNE_COMMAND " import " + missing, RT3D_COMMAND " bench " + missing + ".problems"}) {
    const Result result = shell(line);
    CAPTURE(line);
    CHECK(is_utf8(result.out));
    CHECK(is_utf8(result.err));
    quoted += holds(result.out + result.err, "caf\\xe9");
  }
  CHECK(quoted >= 12);
}

TEST_CASE("names of tensors, layers and classes give a terminal no orders, and JSON has them as they are") {
  const Shell shell;
  const std::string model = shell.scratch.path("net.onnx");
  const std::string name =
      "y\x1b]0;me\x07\xc2\x9b"
      "2J";
  save_named(name, model);
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
