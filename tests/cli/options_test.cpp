// Options: numbers that are none, and options that would have no effect.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/shell.h"
#include "video/made_video.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

void check_refused(const Result& result, const std::string& line, const std::string& part) {
  CAPTURE(line);
  CAPTURE(result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(holds(result.err, part));
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

}  // namespace

TEST_CASE("no option takes NaN, an infinity or what is no number for a number") {
  const Shell shell;
  const std::string model = shell.small_model(), none = shell.scratch.path("none");
  const std::vector<std::string> lines = {
      RT3D_COMMAND " run " + model + " --weight-limit-mib ",
      RT3D_COMMAND " bench " + model + " --weight-limit-mib ",
      RT3D_COMMAND " info " + model + " --weight-limit-mib ",
      RT3D_COMMAND " plan " + model + " --weight-limit-mib ",
      RT3D_TUNE_COMMAND " " + model + " --weight-limit-mib ",
      RT3D_COMMAND " make-model c3d -o " + none + " --width ",
      std::string(RT3D_TUNE_COMMAND) + " group-size --limit-seconds ",
      std::string(RT3D_TUNE_COMMAND) + " group-size --limit-seconds 1 --rates 2,"};
  for (const std::string& line : lines)
    for (const char* value : {"nan", "-nan", "inf", "-inf", "1e999", "x", "1x", "-1", "-0", "-0.0", "-0e9"})
      check_refused(shell(line + value), line + value, "is not a number from ");
  CHECK_FALSE(std::filesystem::exists(none));
  CHECK(shell.rt3d("plan " + model + " --weight-limit-mib 1e3").exit_code == 0);
}

TEST_CASE("no option takes a whole number that does not fit for another one") {
  const Shell shell;
  const std::string model = shell.small_model(), none = shell.scratch.path("none");
  const std::vector<std::string> lines = {RT3D_COMMAND " run " + model + " --seed ",
                                          RT3D_COMMAND " run " + model + " --top ",
                                          RT3D_COMMAND " run " + model + " --tune-ms ",
                                          RT3D_COMMAND " run " + model + " --threads ",
                                          RT3D_COMMAND " bench " + model + " --seed ",
                                          RT3D_COMMAND " bench " + model + " --runs ",
                                          RT3D_COMMAND " bench " + model + " --warmup ",
                                          RT3D_COMMAND " make-model c3d -o " + none + " --seed ",
                                          RT3D_COMMAND " make-model c3d -o " + none + " --size ",
                                          RT3D_COMMAND " make-model c3d -o " + none + " --frames ",
                                          RT3D_COMMAND " make-model c3d -o " + none + " --classes ",
                                          RT3D_TUNE_COMMAND " " + model + " --tune-ms ",
                                          std::string(RT3D_TUNE_COMMAND) + " group-size --tune-ms ",
                                          std::string(RT3D_TUNE_COMMAND) + " group-size --gm ",
                                          std::string(RT3D_TUNE_COMMAND) + " group-size --runs "};
  for (const std::string& line : lines)
    for (const char* value : {"99999999999999999999999", "18446744073709551616", "-1", "1.5", "nan", "0x10"})
      check_refused(shell(line + value), line + value, "is not a whole number ");
  CHECK_FALSE(std::filesystem::exists(none));
  const auto seeded = [&](const std::string& seed) {
    const Result result =
        shell.rt3d("run " + model + " --tune off --db none --threads 1 --json --seed " + seed);
    REQUIRE(result.exit_code == 0);
    return nlohmann::json::parse(result.out);
  };
  CHECK(holds(seeded("18446744073709551615")["inputs"][0], "seed 18446744073709551615"));
  CHECK(holds(seeded("010")["inputs"][0], "seed 10"));
}

TEST_CASE("devices are given as a list, and a wrong one is refused with the names that there are") {
  const Shell shell;
  const std::string model = shell.small_model(), options = " --tune off --db none --threads 1 ";
  const std::string list = shell.scratch.write("a.problems", "Gemm 1x64,c32x64,c32 -> 1x32\n");
  const auto device = [&](const std::string& command) {
    const Result result = shell.rt3d(command + options + "--json");
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    return nlohmann::json::parse(result.out)["device"].get<std::string>();
  };
  const std::string cpu = device("run " + model);
  CHECK(device("run " + model + " --device reference,cpu") == "reference; " + cpu);
  for (const std::string& measured : {model, list})
    CHECK(device("bench --runs 1 " + measured + " --device cpu,reference") == cpu + "; reference");
  for (const char* command : {"run ", "bench ", "info ", "plan "})
    for (const char* devices : {"gpu", "cpu,gpu", "cpu,", ",", "cpu,cpu"})
      check_refused(shell.rt3d(command + model + " --device " + devices), devices,
                    "; known are 'cpu', 'reference', 'opencl', and 'auto' alone or as 'auto,opencl:N'");
  check_refused(shell.tune(model + " --device cpu,cpu"), "rt3d-tune", "names 'cpu' twice");
}

TEST_CASE("an option that would have no effect is wrong usage") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string list = shell.scratch.write("a.problems", "Gemm 1x64,c32x64,c32 -> 1x32\n");
  const video::Frame frame{32, 32, std::vector<std::uint8_t>(3 * 32 * 32, 99)};
  const std::string video = shell.scratch.path("a.mov");
  video::write_video(video, {frame, frame, frame, frame});
  for (const char* option : {"--frames 4", "--sampling uniform", "--stride 2", "--short-side 32", "--crop 32",
                             "--mean 0", "--std 1", "--scale 1", "--channels rgb", "--layout ncthw"})
    check_refused(shell.rt3d("run " + model + " " + option), option, "requires --video");
  using Case = std::pair<std::string, std::string>;
  for (const Case& row :
       std::vector<Case>{{"run " + model + " --video " + video + " --stride 2", "--sampling consecutive"},
                         {"run " + model + " --video " + video + " --sampling uniform --stride 2",
                          "--sampling consecutive"},
                         {"run " + model + " --tune off --tune-ms 9", "--tune quick or full"},
                         {"bench " + model + " --tune-ms 9 --tune off", "--tune quick or full"},
                         {"plan " + model + " --tune-ms 9", "--tune quick or full"},
                         {"bench " + list + " --shape x=1,2", "the lines of " + list},
                         {"make-model c3d --list", "excludes --list"},
                         {"make-model --list --size 64", "excludes --list"},
                         {"make-model --list -o x.onnx", "excludes --list"},
                         {"make-model --seed 7 --list", "excludes --list"}})
    check_refused(shell.rt3d(row.first), row.first, row.second);
  for (const char* option : {"--gm 8", "--gn 4", "--rates 2"})
    check_refused(shell.tune("group-size --quick --limit-seconds 1 " + std::string(option)), option,
                  "excludes --quick");
  const Result strided = shell.rt3d("run " + model + " --db none --tune off --short-side 32 --video " +
                                    video + " --sampling consecutive --stride 1");
  CHECK_MESSAGE(strided.exit_code == 0, strided.err);
  CHECK(shell.rt3d("make-model --list --json").exit_code == 0);
}

TEST_CASE("what is wrong with a value is said in one line with what would do") {
  const Shell shell;
  const std::string model = shell.small_model();
  const video::Frame frame{32, 32, std::vector<std::uint8_t>(3 * 32 * 32, 99)};
  const std::string video = shell.scratch.path("a.mov");
  video::write_video(video, {frame, frame, frame, frame});
  check_refused(shell.rt3d("run ''"), "run ''", "MODEL: the value is empty");
  check_refused(shell.tune("merge ''"), "merge ''", "FILE: the value is empty");
  for (const char* size : {"1x", "x1", "x", "1x2x3", "0x1", "4097", "1e2", "1.5"})
    for (const char* option : {" --short-side ", " --crop "})
      check_refused(shell.rt3d("run " + model + " --video " + video + option + size), size,
                    std::string("'") + size + "' is not understood: give a side or HEIGHTxWIDTH");
  for (const char* isa : {"neon", "avx2", "avx512"}) {
    const Result result = shell.rt3d("run " + model + " --tune off --db none --isa " + isa);
    if (result.exit_code == 0) continue;  // it runs here
    CAPTURE(result.err);
    CHECK(holds(result.err, "this CPU cannot run " + std::string(isa) + " code; ask for "));
    CHECK(holds(result.err, "or leave the choice to RT3D"));
  }
}

}  // namespace rt3d::cli

TEST_SUITE_END();
