// Runs the built programs on small models: exit codes, messages, JSON, files. The models come from
// make-model.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/parts/npy.h"
#include "cli/shell.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("every command's help has examples and exits with 0") {
  const Shell shell;
  for (const char* command : {"", "run", "bench", "info", "plan", "devices", "make-model"}) {
    const Result help = shell.rt3d(std::string(command) + " --help");
    CHECK(help.exit_code == 0);
    CHECK(holds(help.out, "Examples:"));
  }
  for (const char* command : {"", "group-size", "list", "export", "import", "merge"}) {
    const Result help = shell.tune(std::string(command) + " --help");
    CHECK(help.exit_code == 0);
    CHECK(holds(help.out, "Examples:"));
  }
  CHECK(holds(shell.rt3d("--version").out, "rt3d 0."));
  CHECK(shell.rt3d("--version").exit_code == 0);
}

TEST_CASE("what nobody can read was not printed: every output to a full device fails") {
  const Shell shell;
  const std::string model = shell.small_model();
  for (const char* arguments : {"--help", "--version", "run --help", "make-model --list"}) {
    const Result result = shell.rt3d(std::string(arguments) + " >/dev/full");
    CAPTURE(arguments);
    CHECK(result.exit_code == 1);
    CHECK(result.err == "rt3d: error: cannot write to standard output\n");
  }
  CHECK(shell.rt3d("info " + model + " >/dev/full").exit_code == 1);
  CHECK(shell.tune("--help >/dev/full").err == "rt3d-tune: error: cannot write to standard output\n");
}

TEST_CASE("wrong usage exits with 2 and one line") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::vector<float> values(3);
  const std::string clip = shell.scratch.path("clip.npy");
  write_npy(clip, RT3D_F32, {3}, values.data());
  const std::vector<std::string> wrong = {"",
                                          "fly",
                                          "run",
                                          "run m --what",
                                          "run " + model + " --threads -1",
                                          "run " + model + " --tune maybe",
                                          "run " + model + " --shape nothing=1,3",
                                          "run " + model + " --shape =x",
                                          "run " + model + " --top x",
                                          "run " + model + " --top ''",
                                          "run " + model + " --db ''",
                                          "run " + model + " -o ''",
                                          "run ''",
                                          "run " + model + " --shape clip=1,2,3",
                                          "run " + model + " -i " + clip + " -i " + clip,
                                          "make-model",
                                          "make-model c3d",
                                          "make-model no_such_net -o " + shell.scratch.path("x.onnx"),
                                          "bench " + model + " --json --csv"};
  for (const std::string& arguments : wrong) {
    const Result result = shell.rt3d(arguments);
    CAPTURE(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, "rt3d: error: "));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
}

TEST_CASE("failures exit with 1 and one line that names the file") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string broken = shell.scratch.write("broken.onnx", "this is not a model");
  const std::string text = shell.scratch.write("text.npy", "this is not an array");
  const std::vector<std::pair<std::string, std::string>> failing = {
      {"run missing.onnx", "missing.onnx"},
      {"run " + broken, broken},
      {"bench " + broken, broken},
      {"info " + broken, broken},
      {"plan " + broken, broken},
      {"run " + model + " -i " + text, text},
      {"run " + model + " --video " + text, text},
      {"run " + model + " --labels missing.txt", "missing.txt"}};
  for (const auto& row : failing) {
    const std::string &arguments = row.first, &named = row.second;
    const Result result = shell.rt3d(arguments);
    CAPTURE(arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == 1);
    CHECK(holds(result.err, "rt3d: error: "));
    CHECK(holds(result.err, named));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
}

TEST_CASE("bench reports every key, and layers whose multiply-accumulates sum to the model's") {
  const Shell shell;
  const Result result =
      shell.rt3d("bench " + shell.small_model() + " --runs 3 --warmup 1 --tune off --threads 1 --json");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const json report = json::parse(result.out);
  for (const char* key : {"median_ns", "p90_ns", "min_ns", "peak_gflops", "first_run_ns", "load_ns",
                          "peak_memory_bytes", "macs", "arena_bytes", "tensor_bytes", "percent_of_peak"}) {
    CAPTURE(key);
    REQUIRE(report.contains(key));
    CHECK(report[key] > 0);
  }
  CHECK(report["min_ns"] <= report["median_ns"]);
  CHECK(report["median_ns"] <= report["p90_ns"]);
  CHECK(report["threads"] == 1);
  CHECK(report["accuracy"] == "default");
  std::int64_t macs = 0;
  for (const json& layer : report["layers"]) {
    for (const char* key :
         {"name", "problem", "family", "schedule", "source", "gflops", "percent_of_peak", "executed_macs"})
      CHECK(layer.contains(key));
    CHECK(layer["useful_macs"] <= layer["macs"]);
    CHECK((layer["executed_macs"] == 0 || layer["executed_macs"] >= layer["useful_macs"]));
    CHECK(layer["executed_macs"] <= layer["macs"]);
    CHECK(layer["ns"] > 0);
    macs += layer["macs"].get<std::int64_t>();
  }
  CHECK(macs == report["macs"]);

  const Result csv = shell.rt3d("bench " + shell.small_model() + " --runs 1 --tune off --threads 1 --csv");
  CHECK(csv.exit_code == 0);
  CHECK(static_cast<std::size_t>(std::count(csv.out.begin(), csv.out.end(), '\n')) ==
        report["layers"].size() + 1);
}

TEST_CASE("bench measures the problems of a shape list, and several files at once") {
  const Shell shell;
  const std::string list =
      shell.scratch.write("some.problems",
                          "# a comment\nConv 1x8x4x8x8,c16x8x3x3x3,c16,- -> 1x16x4x8x8 act=relu "
                          "dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1\n"
                          "\nMaxPool 1x16x4x8x8 -> 1x16x4x4x4 dilations=1x1x1 kernel_shape=1x2x2 "
                          "pads=0x0x0x0x0x0 strides=1x2x2\n");
  const Result result = shell.rt3d("bench " + list + " " + shell.small_model() +
                                   " --runs 2 --tune off --threads 1 --json --db none");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const json reports = json::parse(result.out);
  REQUIRE(reports.size() == 2);
  const json& layers = reports[0]["layers"];
  REQUIRE(layers.size() == 2);
  CHECK(layers[0]["problem"].get<std::string>().rfind("Conv 1x8x4x8x8,c16x8x3x3x3,c16", 0) == 0);
  CHECK(holds(layers[0]["problem"].get<std::string>(), "act=relu"));
  CHECK(layers[0]["macs"] == 16 * 4 * 8 * 8 * 8 * 27);
  CHECK(layers[1]["problem"].get<std::string>().rfind("MaxPool ", 0) == 0);
  CHECK(reports[0]["median_ns"] == layers[0]["ns"].get<double>() + layers[1]["ns"].get<double>());
  CHECK(reports[1]["layers"].size() >= 20);
  CHECK(shell.rt3d("bench " + shell.scratch.write("bad.problems", "nonsense\n")).exit_code == 1);
}

TEST_CASE("info and plan describe the model, as text and as JSON") {
  const Shell shell;
  const Result info = shell.rt3d("info --graph --json " + shell.small_model());
  CAPTURE(info.err);
  REQUIRE(info.exit_code == 0);
  const json report = json::parse(info.out);
  CHECK(report["inputs"][0]["shape"] == json({1, 3, 4, 32, 32}));
  CHECK(report["outputs"][0]["shape"] == json({1, 7}));
  CHECK(report["parameters"] > 1000);
  CHECK(report["operators"]["Conv"]["steps"] == 20);
  CHECK(holds(report["graph"]["imported"].get<std::string>(), "BatchNormalization"));
  CHECK_FALSE(holds(report["graph"]["optimized"].get<std::string>(), "BatchNormalization"));
  CHECK(holds(shell.rt3d("info " + shell.small_model()).out, "parameters"));

  const Result plan = shell.rt3d("plan --json " + shell.small_model());
  REQUIRE(plan.exit_code == 0);
  CHECK(json::parse(plan.out)["steps"].size() >= 20);
  CHECK(holds(shell.rt3d("plan " + shell.small_model()).out, "Conv"));
}

TEST_CASE("accuracy and the limit of packed weights are options of every command with a session") {
  const Shell shell;
  const std::string model = shell.small_model(), off = " --tune off --db none --threads 1 ";
  const Result run = shell.rt3d("run " + model + off + "--accuracy exact --json");
  CAPTURE(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(json::parse(run.out)["accuracy"] == "exact");
  CHECK(
      json::parse(shell.rt3d("bench " + model + off + "--runs 1 --accuracy exact --json").out)["accuracy"] ==
      "exact");
  CHECK(json::parse(shell.tune(model + " --tune-ms 1 --db none --json").out)["accuracy"] == "default");
  CHECK(json::parse(shell.tune(model + " --tune-ms 1 --db none --accuracy half --json").out)["accuracy"] ==
        "half");
  CHECK_FALSE(holds(shell.rt3d("plan " + model + off + "--accuracy exact").out, "winograd"));
  CHECK(shell.rt3d("plan " + model + off + "--weight-limit-mib 1000").exit_code == 0);
  const Result refused = shell.rt3d("plan " + model + off + "--weight-limit-mib 0.01");
  CHECK(refused.exit_code == 1);
  CHECK(holds(refused.err, "at most 10485 may be used: give a higher --weight-limit-mib, or none\n"));
  CHECK(shell.rt3d("run " + model + " --accuracy rough").exit_code == 2);
  for (const char* command : {"run", "bench", "plan"})
    CHECK(holds(shell.rt3d(std::string(command) + " --help").out, "direct methods only"));
  CHECK(holds(shell.tune("--help").out, "direct methods only"));
}

TEST_CASE("commands that measure warn once when the machine is busy, and their JSON says how busy it was") {
  const Shell shell;
  const std::string model = shell.small_model();
  for (const auto& [tune, arguments] :
       {std::pair{false, "bench " + model + " --runs 1 --tune off --threads 1 --json"},
        std::pair{true, model + " --tune-ms 1 --db none --threads 1 --json"},
        std::pair{true,
                  std::string("group-size --problem 'Gemm 1x64,c32x64,c32 -> 1x32' --gm 8 --gn 4 --rates 2 "
                              "--runs 1 --tune-ms 1 --json")}}) {
    const std::string line = arguments;
    CAPTURE(line);
    const Result result = tune ? shell.tune(line) : shell.rt3d(line);
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    const double load = json::parse(result.out)["machine_load"];
    CHECK(std::count(result.busy.begin(), result.busy.end(), '\n') == (load > 0.5 ? 1 : 0));
  }
}

TEST_CASE("rt3d-tune fills a database that moves as text, and a second load measures nothing") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string db = shell.scratch.path("a.db");
  const Result tuned = shell.tune(model + " --tune-ms 500 --threads 1 --json --db " + db);
  CAPTURE(tuned.err);
  REQUIRE(tuned.exit_code == 0);
  const json report = json::parse(tuned.out);
  REQUIRE(report["tuned"] > 0);
  CHECK(report["measurements"] > 0);
  CHECK(holds(tuned.err, "tuned 1/"));

  const std::string text = shell.scratch.path("rows.txt");
  REQUIRE(shell.tune("export --db " + db + " -o " + text).exit_code == 0);
  CHECK(holds(read_file(text), "Conv "));
  REQUIRE(shell.tune("import " + text + " --db " + shell.scratch.path("b.db")).exit_code == 0);
  CHECK(rows_alone(shell.tune("export --db " + shell.scratch.path("b.db")).out) ==
        rows_alone(read_file(text)));
  REQUIRE(shell.tune("merge " + db + " --db " + shell.scratch.path("c.db")).exit_code == 0);
  CHECK(holds(shell.tune("list --db " + shell.scratch.path("c.db")).out, "Conv "));

  const std::string off = " --tune off --threads 1 --json --db ";
  const json again = json::parse(shell.rt3d("run " + model + off + shell.scratch.path("b.db")).out);
  CHECK(again["tuning"]["measurements"] == 0);
  CHECK(again["tuning"]["from_database"] == report["tuned"].get<int>() + report["from_database"].get<int>());

  const Result measured = shell.tune(model + " --again --tune-ms 500 --threads 1 --json --db " + db);
  REQUIRE(measured.exit_code == 0);
  CHECK(json::parse(measured.out)["measurements"] > 0);
  CHECK(shell.tune("import missing.txt --db " + db).exit_code == 1);
  CHECK(shell.tune("").exit_code == 2);
}

TEST_CASE("make-model lists its models and writes files that load") {
  const Shell shell;
  const json models = json::parse(shell.rt3d("make-model --list --json").out)["models"];
  CHECK(models.size() > 5);
  CHECK(holds(shell.rt3d("make-model --list").out, "c3d"));
  CHECK(shell.rt3d("make-model c3d --size -4 -o " + shell.scratch.path("x.onnx")).exit_code == 2);
}

TEST_CASE("a model that cannot be made as asked for is wrong usage, and leaves no file") {
  const Shell shell;
  const std::string file = shell.scratch.path("x.onnx");
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"c4d", "'c4d'"},
      {"c3d --classes 2000000", "the number of classes 2000000 is out of range"},
      {"c3d --size 5000", "the size 5000 is out of range"},
      {"c3d --size 1", ""},
      {"c3d --frames 2000", "the number of frames 2000 is out of range"},
      {"resnet18 --frames 8", "takes no frames"},
      {"c3d --width 3", "3"},
      {"c3d --width 0", "0"},
      {"c3d --width nan", "nan"},
      {"r3d_18 --sparsity much", "'much' is not a sparsity"},
      {"r3d_18 --width 0.0625 --sparsity filter:99", "out of reach"},
      {"r3d_18 --sparsity kgs:0x5:2", "0x5"}};
  for (const auto& row : wrong) {
    const Result result = shell.rt3d("make-model -o " + file + " " + row.first);
    CAPTURE(row.first);
    CAPTURE(result.err);
    CHECK(result.exit_code == 2);
    CHECK(holds(result.err, row.second));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(file));
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
