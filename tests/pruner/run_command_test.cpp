// Training and pruning with labelled videos, by the program: from files to tables, and what it objects to.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "graph/model.h"
#include "pruner/npz_reader.h"
#include "pruner/run_command.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::cli {

namespace fs = std::filesystem;
using nlohmann::json;
using tests::VideoSet;

TEST_CASE("from UCF101-shaped videos to a trained network, a pruned one, and tables of both") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 16, 10);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    trained = shell.scratch.path("trained.onnx"), pruned = shell.scratch.path("pruned.onnx"),
                    first = shell.scratch.path("train"), second = shell.scratch.path("prune");

  const Result learned = pruned_with(shell, "train " + network + data_of(set) + kQuick +
                                                "--from-scratch --epochs 15 --lr 0.05 "
                                                "--json --run " +
                                                first + " -o " + trained);
  CHECK(holds(learned.err, "train 1/15: loss "));
  CHECK(holds(learned.err, " left\n"));
  const json learning = json::parse(learned.out);
  CHECK(learning == json::parse(read_file(first + "/result.json")));
  CHECK(learning["protocol"] == "6 frames uniform, short side 18, crop 16x16, 1 clip x 1 crop");
  CHECK(learning["trained"]["videos"] == 40);
  CHECK(learning["trained"]["share"].get<double>() >= 0.9);
  CHECK(lines_of(first + "/epochs.csv") == 1 + 15);
  CHECK(holds(read_file(first + "/log.txt"), "train 15/15: loss "));

  // By the runtime and as the trainer says, at both accuracies.
  REQUIRE(learning["models"].size() == 2);
  for (const json& model : learning["models"]) CHECK(model["top1"]["right"] == learning["trained"]["right"]);
  // The file says of itself what it sees and which classes there are.
  const graph::Graph file = graph::load_onnx(trained);
  CHECK(file.metadata.at("rt3d.short_side") == "18");
  CHECK(file.metadata.at("rt3d.labels") == "Falling\nGrowing\nHandstandPushups\nStaying");
  const json judged =
      json::parse(pruned_with(shell, "evaluate " + trained + " --data " + set.videos + " --split " +
                                         set.test_list + " --threads 1 --tune off --db none --json")
                      .out);
  CHECK(judged["top1"] == learning["trained"]);
  CHECK(judged["clips"] == 40);
  const Result views =
      pruned_with(shell, "evaluate " + trained + " --data " + set.videos + " --split " + set.test_list +
                             " --protocol pyslowfast --threads 2 --tune off --db none");
  CHECK(holds(views.out, "6 frames consecutive, short side 18, crop 16x16, 10 clips x 3 crops"));
  CHECK(holds(views.out, "with 95 % confidence; 40 videos)"));

  const Result table =
      pruned_with(shell, trained + data_of(set) + kQuick +
                             "--method reweighted --scheme kgs:8x4 --target 2x --epochs 12,4 --lr 0.02 "
                             "--run " +
                             second + " -o " + pruned);
  CHECK(holds(table.err, "renewal 1 of the penalty's weights"));
  CHECK(holds(table.err, "regularize 1/12: loss "));
  CHECK(holds(table.err, "retrain 4/4: loss "));
  CHECK(holds(table.out, "before the cut"));
  CHECK(holds(table.out, "after retraining"));
  const json result = json::parse(read_file(second + "/result.json"));
  CHECK(result["rate"].get<double>() >= 2);
  CHECK(result["rate"].get<double>() < 2.1);
  CHECK(result["before_cut"]["share"].get<double>() >= 0.9);
  CHECK(result["after_cut"]["share"].get<double>() >= result["before_cut"]["share"].get<double>() - 0.03);
  CHECK(result["trained"]["share"].get<double>() >= 0.9);
  CHECK(result["emptied_by_training"].get<double>() > 0.9);
  REQUIRE(result["models"].size() == 4);
  for (const json& model : result["models"])
    CHECK(model["macs"] == (model["name"] == "dense" ? result["macs"] : result["kept_macs"]));
  CHECK(lines_of(second + "/layers.csv") > 2);

  // The runtime finds what was pruned, and masks tell it for each weight.
  const json info = json::parse(shell.rt3d("info --json " + pruned).out);
  CHECK(info["kept_macs"] == result["kept_macs"]);
  const auto masks = tests::read_npz(shell.scratch.path("pruned.masks.npz"));
  CHECK(masks.size() == 2);
  const graph::Graph after = graph::load_onnx(pruned);
  std::int64_t checked = 0;
  for (std::size_t i = 0; i < after.value_count(); ++i) {
    const auto id = static_cast<graph::ValueId>(i);
    const auto mask = masks.find(after.value(id).name);
    if (mask == masks.end()) continue;
    const Tensor weights = after.constant(id)->aligned_copy();
    CHECK(mask->second.shape == weights.shape().dims());
    REQUIRE(mask->second.values.size() == static_cast<std::size_t>(weights.elements()));
    bool same = true;
    for (std::size_t k = 0; k < mask->second.values.size(); ++k)
      same = same && (weights.values<float>()[k] != 0) == (mask->second.values[k] == 1);
    CHECK(same);
    ++checked;
  }
  CHECK(checked == 2);
}

TEST_CASE("of filters comes a smaller dense file, and the tables of any pruning") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 8, 3);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    dense = shell.scratch.path("dense.onnx"), pruned = shell.scratch.path("pruned.onnx"),
                    run = shell.scratch.path("run");
  pruned_with(shell, "train " + network + data_of(set) + kQuick +
                         "--from-scratch --epochs 4 --lr 0.05 --run " + shell.scratch.path("train") + " -o " +
                         dense);
  const Result table = pruned_with(
      shell, dense + data_of(set) + kQuick +
                 "--method heuristic --scheme filter --target 2x --epochs 3 --run " + run + " -o " + pruned);
  CHECK(holds(table.err, "retrain 3/3: loss "));
  for (const char* words : {"before the cut", "after the cut", "after retraining"})
    CHECK_MESSAGE(holds(table.out, words), std::string(words));
  CHECK(lines_of(run + "/epochs.csv") == 1 + 3);
  CHECK_FALSE(fs::exists(shell.scratch.path("pruned.masks.npz")));
  const json result = json::parse(read_file(run + "/result.json"));
  CHECK(result["rate"].get<double>() >= 2);
  CHECK(result["before_cut"] == result["dense"]);
  REQUIRE(result["models"].size() == 4);
  for (const json& model : result["models"]) {
    const bool is_dense = model["name"] == "dense";
    CHECK(model["macs"] == (is_dense ? result["macs"] : result["kept_macs"]));
    if (!is_dense) CHECK(model["top1"]["right"] == result["trained"]["right"]);
  }
  CHECK(result["models"][2]["nonzero_weights"] < result["models"][0]["nonzero_weights"]);
  CHECK(fs::file_size(pruned) < fs::file_size(dense));

  const json info = json::parse(shell.rt3d("info --json " + pruned).out);
  CHECK(info["kept_macs"] == result["kept_macs"]);
  CHECK(info["unpruned_macs"] == info["kept_macs"]);
  for (const json& layer : info["layers"]) CHECK(layer["sparsity"] == "");
  const graph::Graph file = graph::load_onnx(pruned);
  CHECK(file.metadata.at("rt3d.pruned.groups") == "filter");
  CHECK(file.metadata.at("rt3d.pruned.method") == "heuristic");
  CHECK(file.metadata.at("rt3d.short_side") == "18");
  const json runs = json::parse(pruned_with(shell, "runs --json " + run).out)["models"];
  REQUIRE(runs.size() == 2);
  CHECK(runs[1]["groups"] == "filter");
  CHECK(runs[1]["rate"] == result["rate"]);
}

TEST_CASE("a recipe holds the options, the command line wins, and layers may be named one by one") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 8, 3);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    out = shell.scratch.path("out.onnx");
  const json recipe = {{"model", network},   {"data", set.videos},   {"split", set.train_list},
                       {"short-side", "18"}, {"from-scratch", true}, {"epochs", "3"},
                       {"batch", 8},         {"threads", 1},         {"tune", "off"},
                       {"db", "none"}};
  const std::string file = shell.scratch.write("recipe.json", "// of a small network\n" + recipe.dump());
  pruned_with(shell, "train --quiet --recipe " + file + " --epochs 2 --run " + shell.scratch.path("a") +
                         " -o " + out);
  CHECK(lines_of(shell.scratch.path("a/epochs.csv")) == 1 + 2);
  const json kept = json::parse(read_file(shell.scratch.path("a/recipe.json")));
  CHECK(kept["batch"] == 8);
  CHECK(kept["epochs"] == 2);
  CHECK(kept["seed"] == 1);
  CHECK(kept["command"] == "train");
  // A run's own recipe is one to begin another with.
  pruned_with(shell, "train --quiet --recipe " + shell.scratch.path("a/recipe.json") + " --run " +
                         shell.scratch.path("b") + " -o " + shell.scratch.path("again.onnx"));
  CHECK(read_file(shell.scratch.path("again.onnx")) == read_file(out));

  const auto wrong = [&](const std::string& text) {
    return refusal(shell,
                   "train --recipe " + shell.scratch.write("wrong.json", text) + " --run " +
                       shell.scratch.path("c") + " -o " + shell.scratch.path("c.onnx"),
                   2);
  };
  CHECK(holds(wrong("{\"epoch\": 3}"), "there is no setting 'epoch'"));
  CHECK(holds(wrong("{\"batch\": 0}"), "wrong.json: 'batch'"));
  CHECK(holds(wrong("{\"batch\": [1, 2]}"), "give one value"));
  CHECK(holds(wrong("{\"batch\": {}}"), "give a text, a number"));
  CHECK(holds(wrong("[3]"), "holds no object"));
  CHECK(holds(wrong("{"), "is no JSON"));

  const json layers = json::parse(
      pruned_with(shell, out + data_of(set) + kQuick +
                             "--method magnitude --layer conv1=0.5,vanilla:8x4 --layer w2=0.25 --epochs 1 "
                             "--quiet --json --run " +
                             shell.scratch.path("d") + " -o " + shell.scratch.path("d.onnx"))
          .out)["layers"];
  REQUIRE(layers.size() == 4);
  const auto kept_share = [&](std::size_t i) {
    return layers[i]["kept_macs"].get<double>() / layers[i]["macs"].get<double>();
  };
  CHECK(kept_share(0) == 1);
  CHECK(kept_share(1) == 0.5);
  CHECK(kept_share(2) == 0.75);
  const auto in_groups = [&](const char* scheme, std::size_t layer) {
    const json seen = json::parse(pruned_with(shell, "inspect --json --scheme " + std::string(scheme) + " " +
                                                         shell.scratch.path("d.onnx"))
                                      .out)["layers"][layer];
    return seen["zeros"].get<double>() > 0 && seen["zeros"] == seen["zeros_in_groups"];
  };
  CHECK(in_groups("vanilla:8x4", 1));
  CHECK(in_groups("kgs:8x4", 2));
  CHECK_FALSE(in_groups("vanilla:8x4", 2));
}

TEST_CASE("what cannot be trained, judged or pruned is said in one line, and nothing is begun") {
  const Shell shell;
  const VideoSet set = tests::make_video_set(shell.scratch, "set", 3, 2);
  const std::string network = tests::make_small_network(shell.scratch, "network.onnx"),
                    folder = shell.scratch.path("run"), out = shell.scratch.path("out.onnx"),
                    ends = " --quiet --run " + folder + " -o " + out;
  const auto refused = [&](const std::string& arguments, int exit_code = 2) {
    const std::string text = refusal(shell, arguments, exit_code);
    CHECK_FALSE(fs::exists(folder + "/recipe.json"));
    CHECK_FALSE(fs::exists(out));
    return text;
  };
  const std::string train = "train " + network + data_of(set) + kQuick;
  CHECK(holds(refused(train + "--epochs 2,3" + ends), "--epochs 2,3: give a whole number"));
  CHECK(holds(refused("train " + network + ends), "--data is missing"));
  CHECK(holds(refused("train" + data_of(set) + ends), "MODEL is missing"));
  CHECK(holds(refused(train + "--quiet -o " + out), "--run is missing"));
  CHECK(holds(refused(train + "--quiet --run " + folder), "-o is missing"));
  CHECK(holds(refused(train + "--frames 4" + ends), "clips of 1x3x4x16x16 are asked for"));
  CHECK(holds(refused(train + "--crop 17" + ends), "are asked for"));
  CHECK(holds(refused(train + "--lr 0" + ends), "--lr"));
  CHECK(holds(refused(train + "--recipe " + shell.scratch.path("none.json") + ends, 1), "none.json"));
  shell.scratch.write("stuff", "");
  CHECK(holds(refused(train + "--quiet -o " + out + " --run " + shell.scratch.path("")),
              "is no run's and not empty"));
  CHECK(holds(refused(train + "--quiet --run " + folder + " -o /nowhere/out.onnx", 1), "/nowhere/out.onnx"));
  CHECK(holds(refused("--resume " + folder), "there is no run in "));

  const std::string prune = network + data_of(set) + kQuick;
  CHECK(holds(refused(prune + "--target 90x" + ends), "with all that may go the model is at"));
  CHECK(holds(refused(prune + "--target 40000ms" + ends), "give less"));
  for (const char* method : {"lasso --target 2x", "reweighted --target 40ms"})
    CHECK(holds(refused(prune + "--scheme filter --method " + method + ends),
                "filters are cut at once by: one-shot, heuristic, magnitude"));
  CHECK(holds(refused(prune + "--scheme filter --layer conv1=0.5" + ends), "cannot lose filters by itself"));
  CHECK(holds(refused(prune + "--layer conv1=0.5,filter" + ends), "cannot lose filters by itself"));
  CHECK(holds(refused(prune + "--scheme filter --target 90x" + ends), "with all filters that may go"));
  CHECK(holds(refused(prune + "--scheme filter --target 2x --keep-dense conv*" + ends),
              "no convolution that may be pruned"));
  CHECK(holds(refused(prune + "--target 2x --scheme kgs:8x4,vanilla:8x4" + ends), "compete by time"));
  CHECK(holds(refused(prune + ends), "--target or --layer is missing"));
  CHECK(holds(refused(prune + "--method reweighted --target 2x --epochs 3" + ends), "two whole numbers"));
  CHECK(holds(refused(prune + "--layer conv0=0.5" + ends), "stays dense: first"));
  CHECK(holds(refused(prune + "--layer conv9=0.5" + ends), "no layer is named 'conv9'"));
  CHECK(holds(refused(prune + "--layer conv1=5" + ends), "the share of its groups"));
  CHECK(holds(refused(network + " --calibrate " + set.videos + " --method lasso --target 2x -o " + out),
              "give labelled videos"));
  CHECK(holds(refused(network + " --calibrate " + set.videos + " --epochs 3 --target 2x -o " + out),
              "--epochs is of no use"));
  CHECK(holds(refused(prune + "--calibrate " + set.videos + " --target 2x" + ends), "both given"));

  CHECK(holds(refusal(shell, "evaluate " + network + data_of(set) + "--views 10", 2),
              "--views 10: give clips"));
  CHECK(holds(refusal(shell, "evaluate " + network + data_of(set) + "--protocol mine", 2), "--protocol"));
  // Other classes than the model has.
  const std::string wide = shell.small_model();
  CHECK(holds(refused("train " + wide + " --data " + set.videos + " --split " + set.train_list +
                      " --crop 16 --short-side 18" + ends),
              "are asked for"));
  for (const char* name : {"A", "B", "C", "D", "E"}) {
    fs::create_directories(shell.scratch.path(std::string("five/") + name));
    for (const char* file : {"/1.avi", "/2.avi"})
      shell.scratch.write(std::string("five/") + name + file, "damaged");
  }
  CHECK(
      holds(refused("train " + network + " --data " + shell.scratch.path("five") + tests::kSmallClips + ends),
            "the data set has 5 classes, but the model tells 4 apart"));
  fs::remove_all(shell.scratch.path("five/E"));
  CHECK(holds(refusal(shell,
                      "evaluate " + network + " --data " + shell.scratch.path("five") + tests::kSmallClips +
                          " --tune off --db none",
                      1),
              "none of 4 videos to test with could be read; the first: "));
}

TEST_SUITE_END();
}  // namespace rt3d::cli
