// Training and pruning with labelled videos, by the program: from files to tables.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/shell.h"
#include "pruner/video_set.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {
namespace {

using nlohmann::json;
using tests::VideoSet;

Result prune_with(const Shell& shell, const std::string& arguments) {
  const Result result = shell(RT3D_PRUNE_COMMAND " " + arguments);
  CAPTURE(arguments);
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  return result;
}

std::string data_of(const VideoSet& set) {
  return " --data " + set.videos + " --split " + set.train_list + tests::kSmallClips;
}
constexpr char kQuick[] = " --threads 1 --tune off --db none ";

}  // namespace

TEST_CASE("from UCF101-shaped videos to a trained network, a pruned one, and tables of both") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 16, 10);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    trained = shell.scratch.path("trained.onnx"), pruned = shell.scratch.path("pruned.onnx");

  const json learned = json::parse(prune_with(shell, "train " + network + data_of(set) + kQuick +
                                                         "--from-scratch --epochs 20 --batch 8 --lr 0.05 --json "
                                                         "--run " + shell.scratch.path("train") + " -o " + trained)
                                       .out);
  MESSAGE(learned.dump(1));
  const Result r = prune_with(shell, trained + data_of(set) + kQuick +
                             "--method reweighted --scheme kgs:8x4 --target 2x --epochs 16,6 --batch 8 --lr 0.02 "
                             "--run " + shell.scratch.path("prune") + " -o " + pruned);
  MESSAGE(r.err);
  MESSAGE(r.out);
}

}  // namespace rt3d::cli
