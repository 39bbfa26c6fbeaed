// rt3d-tune check, --all-models and --threads with several: what is known, what would be measured, and many models at once.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/small_net.h"
#include "cli/shell.h"
#include "skip.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

namespace fs = std::filesystem;

nlohmann::json json_of(const Result& result) {
  INFO(result.err);
  return nlohmann::json::parse(result.out);
}

// Two models that are the same, and one that is none.
std::string folder_of_models(const Shell& shell) {
  const std::string folder = shell.scratch.path("models");
  fs::create_directory(folder);
  for (const char* name : {"a.onnx", "b.onnx"})
    std::ofstream(folder + "/" + name, std::ios::binary) << tests::net_bytes();
  std::ofstream(folder + "/bad.onnx") << "no model";
  std::ofstream(folder + "/notes.txt") << "nor this";
  return folder;
}

// Rows that a busy machine disturbed may be measured again.
void make_quiet(const Shell& shell, const std::string& db) {
  std::istringstream lines(shell.tune("export --db " + db).out);
  std::string quiet, line;
  while (std::getline(lines, line)) {
    const bool row = line[0] != '#' && !line.starts_with("rt3d");
    quiet += (row ? line.substr(0, line.rfind('\t') + 1) + "0" : line) + "\n";
  }
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(db + suffix);
  REQUIRE(shell.tune("import " + shell.scratch.write("quiet.tsv", quiet) + " --db " + db).exit_code == 0);
}

bool generates_code() { return std::string(rt3d_device_isa()) != "none"; }

}  // namespace

TEST_CASE("rt3d-tune check says what is known and what tuning would measure, and makes no database") {
  if (!generates_code()) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string model = shell.scratch.write("net.onnx", tests::net_bytes()),
                    db = shell.scratch.path("a.db");
  const std::string check = "check " + model + " --threads 1 --db " + db;
  const auto nothing = json_of(shell.tune(check + " --json"))["checked"][0];
  CHECK_FALSE(fs::exists(db));
  REQUIRE(shell.tune("check " + model + " --threads 1").exit_code == 0);
  CHECK_FALSE(fs::exists(shell.scratch.path("cache") + "/rt3d/tuning.db"));
  CHECK(nothing["threads"] == 1);
  CHECK(nothing["problems"] > 0);
  CHECK(nothing["unknown"] == nothing["problems"]);
  CHECK(nothing["quick_candidates"] > 0);
  CHECK(nothing["full_candidates"] > nothing["quick_candidates"]);
  CHECK(nothing["quick_ns"] > 0);
  CHECK_FALSE(nothing.contains("gain"));

  REQUIRE(shell.tune(model + " --threads 1 --tune-ms 600000 --db " + db).exit_code == 0);
  const auto quick = json_of(shell.tune(check + " --json"))["checked"][0];
  CHECK(quick["unknown"] == 0);
  CHECK(quick["quick_candidates"] == 0);
  CHECK(quick["quick_ns"] == 0);
  CHECK(quick["full_candidates"] > 0);
  int known = 0;
  for (const auto& layer : quick["layers"]) {
    if (layer["known"] != "quick") continue;
    ++known;
    CHECK(layer["row"]["threads"] == 1);
    CHECK(layer["time_ns"] > 0);
  }
  CHECK(known > 0);

  // Another number of threads: near, and from where.
  const auto other = json_of(shell.tune("check " + model + " --threads 2 --json --db " + db))["checked"][0];
  CHECK(other["near"] > 0);
  CHECK(other["quick_candidates"] > 0);
  const Result text = shell.tune("check " + model + " --threads 1,2 --db " + db);
  CHECK(holds(text.out, "near [1]"));
  CHECK(holds(text.out, ", 1 threads"));
  CHECK(holds(text.out, "quick tuning would measure nothing"));
  CHECK(holds(text.out, model + ", 2 threads"));
  std::istringstream lines(text.out);
  for (std::string line; std::getline(lines, line);)
    CHECK_MESSAGE((line.size() <= 80 || holds(line, "database")), line);
}

TEST_CASE(
    "many models: shared problems are measured once, what is known is not again, one that is none stops "
    "nobody") {
  if (!generates_code()) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string folder = folder_of_models(shell), db = shell.scratch.path("a.db");
  const std::string line = "--all-models " + folder + " --threads 1,2,1 --json --db " + db;
  const Result first = shell.tune(line);
  CHECK(first.exit_code == 1);
  CHECK(holds(first.err, "bad.onnx"));
  CHECK_FALSE(holds(first.err, "notes"));
  const auto models = json_of(first)["models"];
  REQUIRE(models.size() == 6);
  for (const auto& model : models) {
    const bool bad = holds(model["model"], "bad.onnx"), second = holds(model["model"], "b.onnx");
    CHECK(model["state"] == (bad ? "failed" : "done"));
    if (bad) continue;
    CHECK((model["expected_problems"] == 0) == second);  // the first one's are its, too
    CHECK(model["tuning"]["estimated"] == 0);
  }
  make_quiet(shell, db);
  fs::remove(folder + "/bad.onnx");
  const Result again = shell.tune(line);
  CHECK(again.exit_code == 0);
  for (const auto& model : json_of(again)["models"]) {
    CHECK(model["expected_problems"] == 0);
    CHECK(model["tuning"]["measurements"] == 0);
  }
  // A list, relative to itself; as text.
  const std::string list = shell.scratch.write("list.txt", "# ours\nmodels/a.onnx # this\n\n");
  const Result text = shell.tune("--all-models " + list + " --threads 1 --db " + db);
  CHECK_MESSAGE(text.exit_code == 0, text.err);
  CHECK(holds(text.out, "a.onnx"));
  CHECK(holds(text.err, "tuning 1/1 "));
  CHECK(holds(text.err, "left"));
}

TEST_CASE("a run over many models that was killed goes on where it was") {
  if (!generates_code()) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string folder = folder_of_models(shell), db = shell.scratch.path("a.db");
  fs::remove(folder + "/bad.onnx");
  const std::string line = "--all-models " + folder + " --threads 1 --json --db " + db;
  shell("timeout -s KILL 0.5 " RT3D_TUNE_COMMAND " " + line);  // wherever it was then
  REQUIRE(shell.tune(line).exit_code == 0);
  make_quiet(shell, db);
  for (const auto& model : json_of(shell.tune(line))["models"]) CHECK(model["tuning"]["measurements"] == 0);
}

TEST_CASE("one model for several numbers of threads; what cannot be is said in a line") {
  const Shell shell;
  const std::string model = shell.scratch.write("net.onnx", tests::net_bytes()),
                    db = shell.scratch.path("a.db");
  const auto models = json_of(shell.tune(model + " --threads 1,2 --json --tune-ms 0 --db " + db))["models"];
  REQUIRE(models.size() == 2);
  CHECK(models[0]["threads"] == 1);
  CHECK(models[1]["threads"] == 2);
  const std::pair<std::string, const char*> wrong[] = {
      {model + " --all-models " + shell.scratch.path(""), "not both"},
      {"--all-models " + shell.scratch.path("none"), "no folder"},
      {"--all-models " + shell.scratch.write("empty.txt", "# none\n"), "names no model"},
      {model + " --threads 1,2 --again", "--again"},
      {model + " --threads 1,2 --db none", "--db none"},
      {"", "--all-models"}};
  for (const auto& [arguments, why] : wrong) {
    CAPTURE(arguments);
    const Result result = shell.tune(arguments);
    CHECK(result.exit_code == 2);
    CHECK_MESSAGE(holds(result.err, why), result.err);
  }
}

TEST_CASE(
    "what export writes may travel: checked, merged with where it comes from, and refused when it is wrong") {
  if (!generates_code()) RT3D_SKIP("no code is generated for this CPU");
  const Shell shell;
  const std::string model = shell.scratch.write("net.onnx", tests::net_bytes()),
                    db = shell.scratch.path("a.db");
  REQUIRE(shell.tune(model + " --threads 1,2 --tune-ms 600000 --db " + db).exit_code == 0);
  const std::string seeds = shell.scratch.path("a.tsv"), more = shell.scratch.path("b.tsv"),
                    all = shell.scratch.path("all.tsv");
  REQUIRE(shell.tune("export --db " + db + " -o " + seeds + " --made-by 'on a phone'").exit_code == 0);
  CHECK(holds(read_file(seeds), "\n# command: on a phone\n"));
  const Result good = shell.tune("check-seeds " + seeds);
  CHECK_MESSAGE(good.exit_code == 0, good.err);
  CHECK(holds(good.out, "fit this machine"));

  std::string other = read_file(seeds);
  for (std::size_t at = 0; (at = other.find("/l1=", at)) != std::string::npos; at += 5)
    other.insert(at + 4, "1");
  other.replace(other.find("on a phone"), 10, "on another");
  shell.scratch.write("b.tsv", other);
  REQUIRE(shell.tune("merge-seeds " + seeds + " " + more + " " + seeds + " -o " + all).exit_code == 0);
  const std::string merged = read_file(all);
  CHECK(holds(merged, "# command: on a phone\n# device"));
  CHECK(holds(merged, "# command: on another\n"));
  CHECK(merged.find("on a phone") == merged.rfind("on a phone"));
  const auto checked = json_of(shell.tune("check-seeds --json " + all + " " + seeds));
  CHECK(checked["files"].size() == 2);
  CHECK(checked["files"][0]["rows"]["of_relatives"] == checked["files"][0]["rows"]["fitting"]);

  const std::string unsorted =
      shell.scratch.write("c.tsv", merged + merged.substr(merged.rfind('\n', merged.size() - 2) + 1));
  const Result bad = shell.tune("check-seeds " + unsorted + " " + seeds);
  CHECK(bad.exit_code == 1);
  CHECK(holds(bad.err, "c.tsv"));
  CHECK(holds(bad.err, "line "));
  CHECK(holds(bad.out, "a.tsv is good"));  // the others are looked at
}

}  // namespace rt3d::cli
