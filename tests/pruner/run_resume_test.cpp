// Runs of rt3d-prune that something ends, and that go on: kill -9, Ctrl-C, a full disk, videos that change.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/random.h"
#include "cli/process.h"
#include "pruner/run_command.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {

namespace fs = std::filesystem;
using tests::VideoSet;

namespace {

// Kills a run again and again until it is done; gives how often. The moments are counted in checkpoints, from which on the program works
// another while, so that it dies anywhere.
int killed_until_done(const Shell& shell, const std::vector<std::string>& begin, const std::string& folder) {
  Random random(11);
  int kills = 0, resumed = 0;
  for (int round = 0;; ++round) {
    REQUIRE(round < 200);
    const bool begun = fs::exists(folder + "/recipe.json");
    resumed += begun;
    Process part(shell.scratch, begun ? prune_words("--resume " + folder + " --quiet") : begin);
    std::int64_t left = random.below(9);
    std::error_code none;
    auto seen = fs::last_write_time(folder + "/checkpoint", none);
    const bool alive = part.wait_until([&] {
      if (left == 0 && fs::exists(folder + "/lock", none)) return true;
      const auto now = fs::last_write_time(folder + "/checkpoint", none);
      if (now != seen) --left;
      seen = now;
      return left <= 0 && fs::exists(folder + "/lock", none);
    });
    if (!alive) {
      CAPTURE(part.err());
      REQUIRE(part.wait() == 0);
      break;
    }
    part.send(SIGKILL);
    ++kills;
  }
  MESSAGE(kills, " kills, ", resumed, " times resumed");
  return kills;
}

}  // namespace

TEST_CASE("a run that is killed again and again ends with the bits of one that never was [host only]") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 8, 3);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    dense = shell.scratch.path("dense.onnx");
  pruned_with(shell, "train " + network + data_of(set) + kQuick +
                         "--quiet --from-scratch --epochs 2 --lr 0.05 --run " + shell.scratch.path("train") +
                         " -o " + dense);
  struct Case {
    const char* name;
    const char* how;
    std::vector<const char*> files;  // that runs have alike
  };
  const Case cases[] = {{"groups",
                         "--method reweighted --target 1.5x --epochs 4,3 ",
                         {".onnx", ".masks.npz", ".run/epochs.csv", ".run/layers.csv"}},
                        {"filters",
                         "--method one-shot --scheme filter --target 1.5x --epochs 7 ",
                         {".onnx", ".run/epochs.csv"}}};
  for (const Case& row : cases) {
    const std::string whole_name = row.name + std::string("-whole"),
                      cut_name = row.name + std::string("-cut");
    const auto words = [&](const std::string& name) {
      return prune_words(dense + data_of(set) + kQuick + "--quiet " + row.how +
                         "--lr 0.02 --checkpoint-every 0 --run " + shell.scratch.path(name + ".run") +
                         " -o " + shell.scratch.path(name + ".onnx"));
    };
    {
      Process whole(shell.scratch, words(whole_name));
      REQUIRE(whole.wait() == 0);
    }
    CHECK(killed_until_done(shell, words(cut_name), shell.scratch.path(cut_name + ".run")) >= 4);
    for (const char* file : row.files)
      CHECK_MESSAGE(
          read_file(shell.scratch.path(whole_name + file)) == read_file(shell.scratch.path(cut_name + file)),
          std::string(file));
  }
}

TEST_CASE("Ctrl-C keeps the state, and --resume goes on [host only]") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 8, 3);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    folder = shell.scratch.path("run"), out = shell.scratch.path("out.onnx");
  Process part(shell.scratch, prune_words("train " + network + data_of(set) + kQuick +
                                          "--from-scratch --epochs 50 --run " + folder + " -o " + out));
  REQUIRE(part.wait_until([&] { return fs::exists(folder + "/epochs.csv"); }));
  // Another process in the same folder, and another run.
  CHECK(holds(refusal(shell, "--resume " + folder, 1), "is in use by process "));
  CHECK(holds(
      refusal(shell,
              "train " + network + data_of(set) + kQuick + "--from-scratch --run " + folder + " -o " + out,
              2),
      "holds another run: give an empty one, or go on with it: rt3d-prune --resume "));
  part.send(SIGINT);
  CHECK(part.wait() == 130);
  CHECK(holds(part.err(), "go on with rt3d-prune --resume " + folder));
  CHECK_FALSE(fs::exists(out));
  const Result rest = pruned_with(shell, "--resume " + folder);
  CHECK(holds(rest.err, "going on at step "));
  CHECK(holds(rest.err, "train 50/50: loss "));
  CHECK(fs::exists(out));
  CHECK(lines_of(folder + "/epochs.csv") == 1 + 50);
}

TEST_CASE("a full disk ends a run in one line, and where there is room again it goes on [host only]") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 4, 2);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    folder = shell.scratch.path("run"), out = shell.scratch.path("out.onnx");
  // Files end at 64 KiB (128 blocks): the model (45 KB) fits, the state (twice as much) does not.
  const Result full = shell("true; ulimit -f 128; " RT3D_PRUNE_COMMAND " train " + network + data_of(set) +
                            kQuick + "--quiet --from-scratch --epochs 2 --run " + folder + " -o " + out);
  CAPTURE(full.err);
  CHECK(full.exit_code == 1);
  CHECK(std::count(full.err.begin(), full.err.end(), '\n') == 1);
  CHECK(holds(full.err, "cannot write " + folder + "/checkpoint: "));
  CHECK_FALSE(fs::exists(out));
  pruned_with(shell, "--resume " + folder + " --quiet");
  CHECK(fs::exists(out));
}

TEST_CASE("damaged videos are left out with a count, and other videos than the run began with are told") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 8, 3);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    folder = shell.scratch.path("run");
  const std::string damaged = set.videos + "/Growing/v_Growing_g01_c01.avi";
  fs::resize_file(damaged, 100);
  const Result result =
      pruned_with(shell, "train " + network + data_of(set) + kQuick + "--from-scratch --epochs 1 --run " +
                             folder + " -o " + shell.scratch.path("out.onnx"));
  CHECK(holds(result.err, "warning: videos to train with that could not be read: 1; the first: "));
  CHECK(holds(result.err, "v_Growing_g01_c01.avi"));
  CHECK(holds(read_file(folder + "/log.txt"), "warning: videos to train with that"));
  fs::remove(damaged);
  const Result changed = shell(RT3D_PRUNE_COMMAND " --resume " + folder);
  CAPTURE(changed.err);
  CHECK(changed.exit_code == 1);
  CHECK(holds(changed.err, "has other videos or labels than when the run began"));
}

TEST_SUITE_END();
}  // namespace rt3d::cli
