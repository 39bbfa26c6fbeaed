// Programs end within a moment when they are told to, whatever they are doing, and leave nothing behind.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/process.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {
namespace {

constexpr const char* kForever = "1000000";

bool empty(const std::string& folder) { return std::filesystem::is_empty(folder); }

// Files of the folder whose names hold `part`.
std::size_t count_files(const std::string& folder, const std::string& part) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    count += holds(file.path().filename().string(), part) ? 1 : 0;
  return count;
}

// An uncompressed grey video.
std::string long_video(int frames) {
  std::string text = "YUV4MPEG2 W16 H16 F25:1 Ip C444\n";
  const std::string frame = "FRAME\n" + std::string(std::size_t{3} * 16 * 16, '\x80');
  for (int k = 0; k < frames; ++k) text += frame;
  return text;
}

void check_ended(Process& process, int signal_number) {
  process.send(signal_number);
  CHECK(process.wait() == 128 + signal_number);
  CHECK(holds(process.err(), "interrupted"));
}

}  // namespace

TEST_CASE("a program that is interrupted while it runs ends at once and leaves no folder") {
  const Shell shell;
  const std::string model = shell.small_model();
  for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
    Process bench(shell.scratch,
                  {RT3D_COMMAND, "bench", model, "--runs", kForever, "--tune", "off", "--db", "none"});
    CAPTURE(signal_number);
    REQUIRE(bench.wait_until([&] { return !empty(shell.scratch.path("tmp")); }));
    check_ended(bench, signal_number);
    CHECK(empty(shell.scratch.path("tmp")));
    CHECK(bench.out().empty());
    CHECK(holds(bench.err(), "rt3d: interrupted\n"));
  }
}

TEST_CASE("a program may be interrupted from its first moment on") {
  const Shell shell;
  const std::string model = shell.small_model();
  for (int delay_ms = 0; delay_ms <= 60; delay_ms += 4) {
    Process bench(shell.scratch, {RT3D_COMMAND, "bench", model, "--runs", kForever, "--db", "none"});
    CAPTURE(delay_ms);
    REQUIRE(bench.wait_until([&] { return bench.watches(SIGINT); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
    check_ended(bench, SIGINT);
    CHECK(empty(shell.scratch.path("tmp")));
  }
}

TEST_CASE("tuning that is interrupted keeps what was measured, and says so") {
  const Shell shell;
  const std::string model = shell.small_model(), db = shell.scratch.path("kept.db");
  for (const int signal_number : {SIGINT, SIGTERM}) {
    Process tune(shell.scratch, {RT3D_TUNE_COMMAND, model, "--full", "--threads", "1", "--db", db});
    REQUIRE(tune.wait_until([&] { return holds(tune.err(), "tuned 1/"); }));
    check_ended(tune, signal_number);
    CHECK(holds(tune.err(), "interrupted while tuning: what was measured is in " + db));
    CHECK(holds(shell.tune("list --db " + db).out, "conv."));
    std::filesystem::remove(db);
  }
}

TEST_CASE("a benchmark of several models that is interrupted shows those that are finished") {
  const Shell shell;
  const std::string small = shell.small_model(), large = shell.scratch.path("large.onnx");
  REQUIRE(shell.rt3d("make-model r3d_18 --frames 16 --size 112 --width 0.25 -o " + large).exit_code == 0);
  for (const char* form : {"--json", "--csv"}) {
    CAPTURE(form);
    // Each model has a folder for its database: the second one's says that the first is finished.
    Process bench(shell.scratch, {RT3D_COMMAND, "bench", small, large, "--runs", "5000", "--warmup", "0",
                                  "--threads", "1", "--tune", "off", "--db", "none", form});
    const auto folder = [&] {
      for (const auto& entry : std::filesystem::directory_iterator(shell.scratch.path("tmp")))
        return entry.path().string();
      return std::string();
    };
    REQUIRE(bench.wait_until([&] { return !folder().empty(); }));
    const std::string first = folder();
    REQUIRE(bench.wait_until([&] { return !folder().empty() && folder() != first; }));
    check_ended(bench, SIGINT);
    CHECK(empty(shell.scratch.path("tmp")));
    CHECK_FALSE(holds(bench.out(), large));
    if (std::string(form) == "--csv") {
      CHECK(holds(bench.out(), "\n" + small + ","));
      continue;
    }
    const nlohmann::json reports = nlohmann::json::parse(bench.out());
    REQUIRE(reports.size() == 1);
    CHECK(reports[0]["model"] == small);
    CHECK(reports[0]["schema"] == 1);
  }
}

TEST_CASE("a study of groups that is interrupted shows what it measured") {
  const Shell shell;
  Process study(shell.scratch, {RT3D_TUNE_COMMAND, "group-size", "--layer", "linear", "--rates",
                                "1.5,2,2.6,3,3.6,4,5,6,8,10,12,16", "--tune-ms", "20", "--threads", "1"});
  REQUIRE(study.wait_until([&] { return holds(study.err(), "\n25 of "); }));
  check_ended(study, SIGINT);
  CHECK(holds(study.out(), "linear"));
  CHECK(holds(study.out(), " of 432 points"));
}

TEST_CASE("reading a video or standard input is interrupted like anything else") {
  const Shell shell;
  const std::string video = shell.scratch.write("long.y4m", long_video(40'000));
  Process run(shell.scratch, {RT3D_COMMAND, "run", shell.small_model(), "--video", video, "--tune", "off",
                              "--short-side", "40"});
  REQUIRE(run.wait_until([&] { return run.has_open(video); }));
  check_ended(run, SIGINT);

  Process import(shell.scratch, {RT3D_TUNE_COMMAND, "import", "-", "--db", shell.scratch.path("x.db")});
  REQUIRE(import.wait_until([&] { return import.watches(SIGINT); }));
  check_ended(import, SIGINT);
}

TEST_CASE("a file that is interrupted while it is written is not there") {
  const Shell shell;
  const std::string model = shell.scratch.path("big.onnx");
  Process make(shell.scratch, {RT3D_COMMAND, "make-model", "c3d", "-o", model});
  const auto writes = [&] { return count_files(shell.scratch.path().string(), "big.onnx.part-") > 0; };
  REQUIRE(make.wait_until(writes));
  check_ended(make, SIGINT);
  CHECK(count_files(shell.scratch.path().string(), "big.onnx") == 0);
}

TEST_CASE("a signal that was ignored before the program started stays ignored") {
  const Shell shell;
  Process bench(
      shell.scratch,
      {RT3D_COMMAND, "bench", shell.small_model(), "--runs", kForever, "--tune", "off", "--db", "none"},
      SIGINT);
  REQUIRE(bench.wait_until([&] { return !empty(shell.scratch.path("tmp")); }));
  bench.send(SIGINT);
  check_ended(bench, SIGTERM);
}

}  // namespace rt3d::cli

TEST_SUITE_END();
