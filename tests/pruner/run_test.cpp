// Whole runs on small videos: what pruning promises about zeros, accuracy and the file that comes out.
#include "pruner/runs/run.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/model.h"
#include "pruner/compared.h"
#include "pruner/learned.h"
#include "pruner/runs/initialize.h"
#include "pruner/video_set.h"
#include "scratch.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {

TEST_CASE("training empties what is to be cut, the cut costs next to nothing, and what was cut stays zero") {
  const tests::Learned learned;
  struct Case {
    Method method;
    const char* scheme;
    double rate;
  };
  for (const Case& row :
       {Case{Method::reweighted, "kgs:8x4", 2}, Case{Method::reweighted, "vanilla:4x4", 1.5},
        Case{Method::lasso, "kgs:4x4", 1.5}, Case{Method::reweighted, "winograd:8x4", 1.5}}) {
    CAPTURE(row.rate);
    Witness witness;
    const graph::Graph dense = graph::load_onnx(learned.dense);
    Run run(dense, {}, *learned.clips, tests::pruning_plan(row.method, row.scheme, row.rate), witness);
    bool was_cut = false;
    const auto pruned_are_zero = [&] {
      for (const auto& [name, mask] : run.masks()) {
        const auto found = std::ranges::find(run.network().parameters(), name, &Parameter::name);
        const at::Tensor values = found->values.detach();
        REQUIRE((values * (1 - mask)).abs().max().item<float>() == 0);
        REQUIRE((values * mask).abs().max().item<float>() > 0);
      }
    };
    while (run.advance()) {
      was_cut = was_cut || !run.history().cut.empty();
      if (was_cut) pruned_are_zero();
    }
    const History& history = run.history();
    MESSAGE("dense ", history.dense.share(), ", before the cut ", history.before_cut.share(), ", after ",
            history.after_cut.share(), ", at the end ", history.end.share(), "; emptied ", history.emptied,
            "; rate ", history.rate());
    CHECK(run.masks().size() == 2);
    CHECK(history.emptied >= 0.9);
    CHECK(history.before_cut.share() >= history.dense.share() - 0.1);
    CHECK(history.after_cut.share() >= history.before_cut.share() - 0.03);
    CHECK(history.end.share() >= history.dense.share() - 0.05);
    CHECK(history.rate() >= row.rate);
    CHECK(history.rate() < row.rate * 1.1);  // groups are large for so small a network

    // What is written computes in the runtime what the trainer computed.
    const std::string out = learned.scratch.path("out.onnx");
    const std::vector<graph::TransformedConstant> transformed = run.network().transformed();
    CHECK(transformed.size() == (row.scheme == std::string("winograd:8x4") ? 1 : 0));
    for (const graph::TransformedConstant& one : transformed) CHECK(run.masks().contains(one.values.name));
    run.write(learned.dense, {}, out);
    const std::vector<at::Tensor> inputs = tests::random_inputs(run.network().graph(), 3);
    const at::NoGradGuard without_gradients;
    const auto accuracy = transformed.empty() ? kernels::Accuracy::exact : kernels::Accuracy::standard;
    CHECK(tests::difference(tests::session_outputs(graph::load_onnx(out), {}, inputs, accuracy),
                            run.network().run(inputs, Mode::evaluation)) < 1e-4);
  }
}

TEST_CASE("the methods that cut at once reach the rate and learn again, and layers may be told one by one") {
  const tests::Learned learned;
  const graph::Graph dense = graph::load_onnx(learned.dense);
  for (const Method method : {Method::one_shot, Method::heuristic, Method::magnitude}) {
    Witness witness;
    const char* const scheme = method == Method::one_shot ? "winograd:8x4" : "kgs:8x4";
    Run run(dense, {}, *learned.clips, tests::pruning_plan(method, scheme, 2), witness);
    while (run.advance()) {
    }
    CHECK(run.history().rate() >= 2);
    CHECK(run.history().end.share() >= run.history().dense.share() - 0.05);
    CHECK(run.history().epochs.size() == 3);
  }
  RunPlan plan = tests::pruning_plan(Method::reweighted, "kgs:8x4", 2);
  plan.layers = {{"conv2", 0.5, pruning::parse_group_spec("kgs:4x4")}};
  Witness witness;
  Run run(dense, {}, *learned.clips, plan, witness);
  while (run.advance()) {
  }
  for (const CutRow& row : run.history().cut) {
    const std::string& name = run.layers()[static_cast<std::size_t>(row.layer)].name;
    CHECK(static_cast<double>(row.kept_macs) / static_cast<double>(row.macs) ==
          doctest::Approx(name == "conv2" ? 0.5 : 1).epsilon(0.02));
  }
  const auto refused = [&](const char* layer) {
    plan.layers[0].name = layer;
    Run(dense, {}, *learned.clips, plan, witness);
  };
  CHECK_THROWS_WITH_AS(refused("conv0"), "the layer 'conv0' stays dense: first", Error);
  CHECK_THROWS_WITH_AS(refused("conv7"), "no layer is named 'conv7'", Error);
}

TEST_CASE("a state is taken up by a run of the same plan, and refused by another's") {
  const tests::Learned learned;
  const graph::Graph dense = graph::load_onnx(learned.dense);
  RunPlan plan = tests::pruning_plan(Method::reweighted, "kgs:8x4", 1.5);
  plan.regularize_epochs = 3;
  plan.train_epochs = 2;
  plan.layers = {{"conv1", 0.5, pruning::parse_group_spec("kgs:8x4")},
                 {"conv2", 0.4, pruning::parse_group_spec("winograd:8x4")}};
  Witness witness;
  Run whole(dense, {}, *learned.clips, plan, witness);
  std::vector<Checkpoint> states;
  do states.push_back(whole.state());
  while (whole.advance());
  REQUIRE(states.size() > 20);
  for (std::size_t i = 0; i < states.size(); i += 7) {
    CAPTURE(i);
    Run rest(dense, {}, *learned.clips, plan, witness);
    rest.set_state(states[i]);
    while (rest.advance()) {
    }
    const Checkpoint end = rest.state();
    REQUIRE(end.size() == states.back().size());
    for (const auto& kept : states.back())
      CHECK_MESSAGE(at::equal(end.at(kept.first), kept.second), kept.first);
  }
  RunPlan train;
  Run other(dense, {}, *learned.clips, train, witness);
  CHECK_THROWS_WITH_AS(other.set_state(states.back()), doctest::Contains("the checkpoint is of another"),
                       Error);
  CHECK_THROWS_AS(other.set_state({}), Error);
}

TEST_CASE("first values follow the seed") {
  const tests::Scratch scratch;
  const graph::Graph model = graph::load_onnx(tests::make_small_network(scratch, "network.onnx"));
  const auto values = [&](std::uint64_t seed) {
    Network network(model);
    initialize(network, seed);
    std::map<std::string, at::Tensor> all;
    for (const Parameter& parameter : network.parameters()) all[parameter.name] = parameter.values.detach();
    return all;
  };
  const auto a = values(1), b = values(1), c = values(2);
  CHECK(at::equal(a.at("w1"), b.at("w1")));
  CHECK_FALSE(at::equal(a.at("w1"), c.at("w1")));
  // Uniform within the bound: its deviation is the bound by the root of three.
  const double bound = std::sqrt(6.0 / (8 * 27));
  CHECK(a.at("w1").abs().max().item<double>() <= bound);
  CHECK(a.at("w1").std().item<double>() == doctest::Approx(bound / std::sqrt(3.0)).epsilon(0.03));
  CHECK(a.at("g").abs().max().item<double>() <= std::sqrt(6.0 / 16));
  CHECK(a.at("s0").min().item<double>() == 1);
  CHECK(a.at("v0").min().item<double>() == 1);
  CHECK(a.at("m0").abs().max().item<double>() == 0);
  CHECK(a.at("gb").abs().max().item<double>() == 0);
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
