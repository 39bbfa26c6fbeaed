// What the commands say, beside their results, to people and to programs.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "cli/parts/npy.h"
#include "cli/shell.h"
#include "sanitizers.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

using nlohmann::json;

const std::string kQuick = " --tune off --threads 1 --db none ";

void check_stamp(const json& object) {
  CHECK(object["schema"] == 1);
  CHECK(object["version"] == "0.1.0");
  CHECK(object["commit"].get<std::string>().size() >= 7);
  std::tm parts = {};
  const std::string date = object["date"];
  const char* end = strptime(date.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  REQUIRE(end != nullptr);
  CHECK(*end == '\0');
  CHECK(std::abs(std::difftime(timegm(&parts), std::time(nullptr))) < 3600);
}

// The small model with free dimensions, as text of its exporter cannot be had: its batch, frames and sides are replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// An ONNX TensorShapeProto of sizes, and the same with the sizes free: dimensions without a value.
std::string shape_proto(const std::vector<int>& sizes, bool free) {
  std::string dims;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool kept = !free || i == 1;
    dims += kept ? std::string("\x0a\x02\x08") + static_cast<char>(sizes[i])
                 : std::string("\x0a\x02\x12", 3) + '\0';
  }
  return dims;
}

std::string free_model(const Shell& shell) {
  const std::vector<int> sizes = {1, 3, 4, 32, 32};
  const std::string bytes = read_file(shell.small_model());
  return shell.scratch.write("free.onnx",
                             replaced(bytes, shape_proto(sizes, false), shape_proto(sizes, true)));
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("every JSON output says its schema, version, commit and date") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::vector<std::string> commands = {
      RT3D_COMMAND " run " + model + kQuick + "--json",
      RT3D_COMMAND " bench " + model + kQuick + "--runs 1 --json",
      RT3D_COMMAND " info " + model + " --db none --json",
      RT3D_COMMAND " plan " + model + kQuick + "--json",
      std::string(RT3D_COMMAND) + " make-model --list --json",
      RT3D_COMMAND " make-model r3d_18 --width 0.0625 --frames 4 --size 32 --json -o " +
          shell.scratch.path("x.onnx"),
      RT3D_TUNE_COMMAND " " + model + " --tune-ms 1 --threads 1 --db none --json",
      std::string(RT3D_TUNE_COMMAND) +
          " group-size --layer linear --rates 2 --gm 8 --gn 4 --tune-ms 1 --runs 1 --json"};
  for (const std::string& command : commands) {
    const Result result = shell(command);
    CAPTURE(command);
    CAPTURE(result.err);
    REQUIRE(result.exit_code == 0);
    check_stamp(json::parse(result.out));
  }
  const json several =
      json::parse(shell.rt3d("bench " + model + " " + model + kQuick + "--runs 1 --json").out);
  REQUIRE(several.size() == 2);
  for (const json& report : several) check_stamp(report);
  const std::string commit = several[0]["commit"];
  CHECK(shell.rt3d("--version").out == "rt3d 0.1.0 (commit " + commit + ")\n");
  CHECK(shell.tune("--version").out == "rt3d-tune 0.1.0 (commit " + commit + ")\n");
}

TEST_CASE("an array for an input that the model does not have names those it has") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string input = json::parse(shell.rt3d("info --json " + model).out)["inputs"][0]["name"];
  const Result result = shell.rt3d("run " + model + kQuick + "-i foo=missing.npy");
  CHECK(result.exit_code == 2);
  CHECK(holds(result.err, "the model has no input 'foo'; it has '" + input + "'"));
  CHECK(holds(shell.rt3d("run " + model + kQuick + "-i " + input + "=missing.npy").err, "missing.npy"));
  CHECK(lines(result.err) == 1);
}

TEST_CASE("free dimensions are answered with the options to paste, and these work") {
  const Shell shell;
  const std::string model = free_model(shell);
  for (const char* command : {"run ", "bench --runs 1 ", "info ", "plan "}) {
    const Result refused = shell.rt3d(command + model + " --db none");
    CAPTURE(refused.err);
    CHECK(refused.exit_code == 2);
    CHECK(lines(refused.err) == 1);
    CHECK(holds(refused.err, "=1,3,16,112,112"));
  }
  const std::string text = shell.rt3d("plan " + model).err;
  const std::size_t at = text.find("--shape ");
  REQUIRE(at != std::string::npos);
  const Result pasted = shell.rt3d("plan " + model + kQuick + text.substr(at, text.find('\n') - at));
  CAPTURE(pasted.err);
  CHECK(pasted.exit_code == 0);
}

TEST_CASE("a model's path stands once in what is said about it") {
  const Shell shell;
  const std::string broken = shell.scratch.write("broken.onnx", "this is not a model");
  for (const std::string& path : {broken, shell.scratch.path("missing.onnx")}) {
    for (const char* command : {"run ", "bench ", "info ", "plan "}) {
      const std::string text = shell.rt3d(command + path).err;
      CAPTURE(text);
      const std::size_t first = text.find(path);
      REQUIRE(first != std::string::npos);
      CHECK(text.find(path, first + 1) == std::string::npos);
    }
  }
}

TEST_CASE("labels that do not match the classes are warned about, whichever are more") {
  const Shell shell;
  const std::string model = shell.small_model();
  const std::string five = shell.scratch.write("five.txt", "a\nb\nc\nd\ne\n");
  const std::string nine = shell.scratch.write("nine.txt", "a\nb\nc\nd\ne\nf\ng\nh\ni\n");
  const std::string seven = shell.scratch.write("seven.txt", "a\nb\nc\nd\ne\nf\ng\n");
  for (const std::string& labels : {five, nine}) {
    const Result result = shell.rt3d("run " + model + kQuick + "--labels " + labels);
    CAPTURE(result.err);
    CHECK(result.exit_code == 0);
    CHECK(holds(result.err,
                labels == five ? "warning: there are 5 labels, but" : "warning: there are 9 labels, but"));
    CHECK(holds(result.err, "has 7 classes"));
    CHECK(lines(result.err) == 1);
  }
  CHECK(shell.rt3d("run " + model + kQuick + "--labels " + seven).err.empty());
}

TEST_CASE("bytes that become floats as they are are remarked upon") {
  const Shell shell;
  const std::string model = shell.small_model(), bytes = shell.scratch.path("bytes.npy"),
                    floats = shell.scratch.path("floats.npy");
  const std::vector<std::uint8_t> pixels(3 * 4 * 32 * 32, 7);
  write_npy(bytes, RT3D_U8, {1, 3, 4, 32, 32}, pixels.data());
  const std::vector<float> values(3 * 4 * 32 * 32, 7);
  write_npy(floats, RT3D_F32, {1, 3, 4, 32, 32}, values.data());
  const Result result = shell.rt3d("run " + model + kQuick + "-i " + bytes);
  CHECK(result.exit_code == 0);
  CHECK(holds(result.err, "warning: "));
  CHECK(holds(result.err, "unscaled"));
  CHECK(lines(result.err) == 1);
  CHECK(shell.rt3d("run " + model + kQuick + "-i " + floats).err.empty());
}

TEST_CASE("negative counts and seeds are wrong usage") {
  const Shell shell;
  const std::string model = shell.small_model();
  for (const std::string& arguments :
       {"run " + model + " --top -1", "run " + model + " --seed -1", "bench " + model + " --seed -1",
        "bench " + model + " --runs -1", std::string("make-model c3d --seed -1 -o x.onnx")}) {
    const Result result = shell.rt3d(arguments);
    CAPTURE(arguments);
    CHECK(result.exit_code == 2);
    CHECK(lines(result.err) == 1);
  }
  CHECK(shell.rt3d("run " + model + kQuick + "--top 0").exit_code == 0);
}

#if !defined(RT3D_ADDRESS_SANITIZER)  // which reserves more than any limit of this test
TEST_CASE("out of memory names the options that help") {
  const Shell shell;
  const std::string command = "sh -c 'ulimit -v 3000000; exec " RT3D_COMMAND " run " + free_model(shell) +
                              " --db none --threads 1 --tune off --shape input=8,3,64,512,512'";
  const Result result = shell(command);
  CAPTURE(result.err);
  CHECK(result.exit_code == 1);
  CHECK(lines(result.err) == 1);
  for (const char* option : {"--shape", "--weight-limit-mib", "--accuracy exact"})
    CHECK(holds(result.err, option));
  const auto advice = [&](const std::string& used) {
    const std::string text = shell(command.substr(0, command.size() - 1) + used + "'").err;
    CAPTURE(text);
    REQUIRE(holds(text, ": give smaller shapes (--shape"));
    return text.substr(text.find(": give smaller shapes"));
  };
  CHECK(advice(" --accuracy exact") ==
        ": give smaller shapes (--shape, --frames, --crop), or hold fewer packed weights "
        "(--weight-limit-mib)\n");
  CHECK(advice(" --weight-limit-mib 900") ==
        ": give smaller shapes (--shape, --frames, --crop), or hold fewer packed weights (--accuracy exact), "
        "or a "
        "lower --weight-limit-mib\n");
  CHECK(advice(" --weight-limit-mib 900 --accuracy exact") ==
        ": give smaller shapes (--shape, --frames, --crop), or a lower --weight-limit-mib\n");
}
#endif

TEST_CASE("progress in lines ends with the last layer") {
  const Shell shell;
  const Result result = shell.rt3d("run " + shell.small_model() + " --threads 1 --db none --tune-ms 60000");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const std::size_t of = result.out.find(" of ", result.out.find("tuning "));
  const std::string total = std::to_string(std::stoi(result.out.substr(of + 4)));
  CHECK(holds(result.err, "\ntuned " + total + "/" + total + "  "));
}

TEST_CASE("an array of another shape, endless labels and a bad line of a study are refused at once") {
  const Shell shell;
  const std::string run = "run " + shell.small_model() + kQuick, array = shell.scratch.path("small.npy");
  const std::vector<float> values(3 * 4 * 16 * 16);
  write_npy(array, RT3D_F32, {1, 3, 4, 16, 16}, values.data());
  const Result shape = shell.rt3d(run + " -i " + array);
  CHECK(shape.exit_code == 2);
  CHECK(holds(shape.err, "give an array of that shape"));
  CHECK(holds(shell.rt3d(run + " --labels /dev/zero").err, "cannot read labels from /dev/zero"));
  const std::string good = "--problem 'Gemm 1x64,c32x64 -> 1x32' --problem ";
  const Result study = shell.tune("group-size " + good + "nonsense --threads 1");
  CHECK(study.exit_code == 1);
  CHECK(holds(study.err, "'nonsense' is not a problem"));
  CHECK_FALSE(holds(study.err, " points"));
}

TEST_CASE("help tells the exit codes") {
  const Shell shell;
  for (const Result& help : {shell.rt3d("--help"), shell.tune("--help")})
    CHECK(holds(help.out,
                "Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted (Ctrl-C), 143 terminated"));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
