// Runs that cut whole filters: what is left is a smaller network, which learns again.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/model.h"
#include "pruner/compared.h"
#include "pruner/learned.h"
#include "pruner/runs/cut.h"
#include "pruner/runs/run.h"
#include "pruner/tensors.h"
#include "pruning/layers.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

std::int64_t work_of(const graph::Graph& graph) {
  std::int64_t macs = 0;
  for (const pruning::Layer& layer : pruning::layers_of(graph)) macs += layer.macs;
  return macs;
}

// Beside the model, with a Reshape that states a size in place of the Flatten.
std::string with_stated_size(const tests::Learned& learned) {
  graph::Graph model = graph::load_onnx(learned.dense);
  const auto flatten = std::ranges::find(model.nodes, "Flatten", &graph::Node::op);
  REQUIRE(flatten != model.nodes.end());
  flatten->op = "Reshape";
  flatten->attributes = {};
  flatten->inputs.push_back(model.add_constant(
      "sizes", Tensor::of<std::int64_t>(DType::i64, Shape({2}), std::vector<std::int64_t>{1, 16})));
  const std::string file = learned.scratch.path("stated.onnx");
  graph::save_onnx(model, file);
  return file;
}

}  // namespace

TEST_CASE("filters are cut at once, and the smaller network that is left learns again") {
  const tests::Learned learned;
  const std::string stated = with_stated_size(learned);
  struct Case {
    Method method;
    const std::string& file;
  };
  for (const Case& row : {Case{Method::one_shot, learned.dense}, Case{Method::heuristic, learned.dense},
                          Case{Method::magnitude, stated}}) {
    CAPTURE(row.file);
    Witness witness;
    Run run(graph::load_onnx(row.file), {}, *learned.clips, tests::pruning_plan(row.method, "filter", 2),
            witness);
    const std::int64_t work = work_of(run.network().graph());
    const std::size_t parameters = run.network().parameters().size();
    while (run.advance()) {
    }
    const History& history = run.history();
    MESSAGE("dense ", history.dense.share(), ", after the cut ", history.after_cut.share(), ", at the end ",
            history.end.share(), "; rate ", history.rate());
    CHECK(history.macs() == work);
    CHECK(history.rate() >= 2);
    CHECK(history.rate() < 2.3);
    CHECK(history.before_cut.share() == history.dense.share());
    CHECK(history.epochs.size() == 3);
    CHECK(history.end.share() >= history.dense.share() - 0.05);
    CHECK(run.masks().empty());

    // What is left has the layers of the dense network, but less of them.
    CHECK(run.network().parameters().size() == parameters);
    CHECK(work_of(run.network().graph()) == history.kept_macs());
    CHECK(run.layers()[1].shape == Shape({16, 8, 3, 3, 3}));
    const std::string out = learned.scratch.path("out.onnx");
    run.write(row.file, {{"kept", "yes"}}, out);
    const graph::Graph written = graph::load_onnx(out);
    CHECK(written.metadata.at("kept") == "yes");
    const std::vector<at::Tensor> inputs = tests::random_inputs(run.network().graph(), 3);
    const at::NoGradGuard without_gradients;
    const std::vector<at::Tensor> outputs = run.network().run(inputs, Mode::evaluation);
    CHECK(tests::difference(tests::session_outputs(written, {}, inputs), outputs) < 1e-4);
    Network again(written);
    CHECK(work_of(again.graph()) == history.kept_macs());
    for (const Parameter& parameter : again.parameters())
      if (parameter.role == Role::weight)
        CHECK_MESSAGE((parameter.values != 0).all().item<bool>(), parameter.name);
  }
}

TEST_CASE("a run that cuts filters is taken up before and after the cut") {
  const tests::Learned learned;
  const graph::Graph dense = graph::load_onnx(learned.dense);
  RunPlan plan = tests::pruning_plan(Method::one_shot, "filter", 1.3);
  plan.keep_dense = {"conv1"};
  plan.train_epochs = 2;
  Witness witness;
  Run whole(dense, {}, *learned.clips, plan, witness);
  std::vector<Checkpoint> states;
  do states.push_back(whole.state());
  while (whole.advance());
  REQUIRE(states.size() > 10);
  CHECK_FALSE(states[1].contains("gone"));
  CHECK(states[2].contains("gone"));
  CHECK(states.front().at("parameter w1").sizes() == states.back().at("parameter w1").sizes());
  CHECK(states.front().at("parameter w2").sizes() != states.back().at("parameter w2").sizes());
  // What the cut leaves has the values that were fitted, and the statistics that were estimated anew.
  {
    Network network(dense);
    const at::NoGradGuard without_gradients;
    const std::vector<std::vector<at::Tensor>> examples = learned.clips->examples(plan.examples);
    const FilterCut cut = cut_filters(network, plan, examples);
    for (const auto& left : without_filters(network, plan, cut.gone))
      CHECK_MESSAGE(at::equal(states[2].at("parameter " + left.first), torch_tensor(left.second)),
                    left.first);
  }
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3},
                              states.size() / 2, states.size() - 1}) {
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
  // Of another plan, and damaged.
  RunPlan groups = tests::pruning_plan(Method::one_shot, "kgs:8x4", 1.3);
  Run other(dense, {}, *learned.clips, groups, witness);
  CHECK_THROWS_WITH_AS(other.set_state(states.back()), doctest::Contains("the checkpoint is of another"),
                       Error);
  Checkpoint damaged = states.back();
  damaged["gone"] = damaged["gone"].slice(0, 1);
  Run damaged_run(dense, {}, *learned.clips, plan, witness);
  CHECK_THROWS_WITH_AS(damaged_run.set_state(damaged), doctest::Contains("its filters are others"), Error);
}

TEST_CASE("what filters cannot do is refused before anything is trained") {
  const tests::Learned learned;
  const graph::Graph dense = graph::load_onnx(learned.dense);
  const auto refusal = [&](RunPlan plan) -> std::string {
    try {
      Witness witness;
      Run(dense, {}, *learned.clips, plan, witness);
    } catch (const Error& error) {
      CHECK(error.code() == Code::invalid_argument);
      return error.what();
    }
    return "";
  };
  RunPlan plan = tests::pruning_plan(Method::reweighted, "filter", 2);
  CHECK(refusal(plan).find("filters are cut at once by: one-shot, heuristic, magnitude") !=
        std::string::npos);
  plan.method = Method::heuristic;
  CHECK(refusal(plan).empty());
  plan.rate = 50;
  CHECK(refusal(plan).find("with all filters that may go the model is at") != std::string::npos);
  plan.rate = 2;
  plan.layers = {{"conv1", 0.5, plan.groups}};
  CHECK(refusal(plan).find("'conv1' cannot lose filters by itself") != std::string::npos);
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
