#include "cli/output_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "cli/csv.h"
#include "cli/failure.h"
#include "cli/nearest.h"
#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

std::size_t count_entries(const Scratch& scratch) {
  const fs::directory_iterator files(scratch.path());
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::string complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

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

TEST_CASE("a file is written as a whole or not at all") {
  const Scratch scratch;
  const std::string path = scratch.path("file");
  write_text(path, "old");
  CHECK(read_file(path) == "old");
  const std::string text = complaint([&] {
    write_whole(path, [&](const fs::path& file) {
      std::ofstream(file) << "half of it";
      CHECK(read_file(path) == "old");
      throw Failure("cannot write " + file.string() + ": the disk is full");
    });
  });
  CHECK(text == "cannot write " + path + ": the disk is full");
  CHECK(read_file(path) == "old");
  write_text(path, "new");
  CHECK(read_file(path) == "new");
  CHECK(count_entries(scratch) == 1);
}

TEST_CASE("a written file keeps its permissions, a link stays a link, a device a device") {
  const Scratch scratch;
  const std::string path = scratch.path("file"), link = scratch.path("link");
  write_text(path, "old");
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("file", link);
  write_text(link, "new");
  CHECK(fs::is_symlink(link));
  CHECK(read_file(path) == "new");
  CHECK(fs::status(path).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  write_text("/dev/null", "nothing");
  CHECK(fs::is_character_file("/dev/null"));
  const mode_t mask = umask(022);
  write_text(scratch.path("fresh"), "x");
  umask(mask);
  CHECK(fs::status(scratch.path("fresh")).permissions() == static_cast<fs::perms>(0644));
}

TEST_CASE("what cannot be written is named with the reason") {
  const Scratch scratch;
  for (const std::string& path : {scratch.path("no/such/file"), scratch.path("")}) {
    const std::string text = complaint([&] { write_text(path, "x"); });
    CAPTURE(text);
    CHECK(holds(text, "cannot write " + path));
  }
  CHECK(holds(complaint([] { write_text("/dev/full", "x"); }), "cannot write /dev/full"));
}

TEST_CASE("every command that writes a file leaves none when it fails") {
  const Shell shell;
  REQUIRE(shell.tune(shell.small_model() + " --tune-ms 1 --db " + shell.scratch.path("a.db")).exit_code == 0);
  const std::size_t before = count_entries(shell.scratch);
  const std::string out = shell.scratch.path("out");
  // A limit on the size of files stands for a full disk.
  const std::vector<std::string> failing = {
      RT3D_COMMAND " make-model r3d_18 -o " + out, RT3D_COMMAND " make-model r3d_18 --width 99999 -o " + out,
      RT3D_TUNE_COMMAND " export --db " + shell.scratch.path("a.db") + " -o " + out + "/no/folder",
      RT3D_TUNE_COMMAND " group-size --layer linear --rates 2 --gm 8 --gn 4 --tune-ms 1 --runs 1 --csv " +
          out + "/no/folder"};
  for (const std::string& command : failing) {
    const Result result = shell("sh -c 'ulimit -f 200; trap \"\" XFSZ; " + command + "'");
    CAPTURE(command);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(holds(result.err, ": error: "));
    CHECK(count_entries(shell.scratch) == before);
  }
}

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
  CHECK(parse_csv(bench.out)[0].back() == "executed_macs");
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

TEST_CASE("a mistyped name is answered with the nearest known one, where one is near") {
  const std::vector<std::string> names = {"run", "bench", "info", "make-model"};
  CHECK(nearest("bnch", names) == "bench");
  CHECK(nearest("ifno", names) == "info");
  CHECK(nearest("rum", names) == "run");
  CHECK(nearest("makemodel", names) == "make-model");
  CHECK(nearest("fly", names).empty());
  CHECK(nearest("", names).empty());
  CHECK(nearest("x", {}).empty());
  CHECK(suggestion("bnch", names) == "; did you mean 'bench'?");

  const Shell shell;
  const std::vector<std::pair<std::string, std::string>> typed = {
      {RT3D_COMMAND " bnch model.onnx", "'bench'"},
      {RT3D_COMMAND " run model.onnx --thred 2", "'--threads'"},
      {RT3D_COMMAND " make-model r2d_18 -o x.onnx", "'r3d_18'"},
      {RT3D_TUNE_COMMAND " exprt", "'export'"}};
  for (const auto& row : typed) {
    const Result result = shell(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code != 0);
    CHECK(holds(result.err, "did you mean " + row.second));
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
