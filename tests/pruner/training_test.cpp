// Training: rates, masks, checkpoints, and what penalties are for, on a small network (penalty_test.cpp has their mathematics).
#include "pruner/training.h"

#include <ATen/Parallel.h>

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "pruner/checkpoint.h"
#include "pruner/compared.h"
#include "pruner/motion_network.h"
#include "pruner/tensors.h"
#include "scratch.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

using pruning::GroupSpec;
using pruning::parse_group_spec;

struct Batches {
  std::vector<at::Tensor> inputs;
  std::vector<std::int64_t> labels;
};
Batches batch(std::uint64_t seed, std::size_t count = 32) {
  const tests::Clips clips = tests::motion_clips(count, seed);
  std::vector<at::Tensor> parts;
  for (const auto& input : clips.inputs) parts.push_back(input[0]);
  return {{at::cat(parts, 0)}, clips.labels};
}

// The convolutions behind the first one.
std::vector<PenalizedLayer> layers_of_motion(const Network& network, const GroupSpec& groups) {
  std::vector<PenalizedLayer> layers;
  for (const graph::Node& node : network.graph().nodes)
    if (node.op == "Conv" && node.name != "conv0") {
      const Shape& y = network.graph().value(node.outputs[0]).desc.shape;
      const Shape& w = network.graph().value(node.inputs[1]).desc.shape;
      layers.push_back({node.inputs[1], groups,
                        static_cast<double>(y.elements() / y[0]) * static_cast<double>(w.elements() / w[0])});
    }
  return layers;
}

std::map<std::string, at::Tensor> values_now(const Network& network) {
  std::map<std::string, at::Tensor> values;
  for (const Parameter& p : network.parameters()) values[p.name] = p.values.detach().clone();
  return values;
}
void put_back(Network& network, const std::map<std::string, at::Tensor>& values) {
  const at::NoGradGuard without_gradients;
  for (Parameter& p : network.parameters()) p.values.copy_(values.at(p.name));
}

}  // namespace

TEST_CASE("learning rates warm up and fall along a cosine; what is out of range is refused") {
  TrainingOptions o;
  o.steps = 100;
  o.warm_up = 10;
  o.rate = 1;
  CHECK(rate_at(o, 0) == doctest::Approx(0.1));
  CHECK(rate_at(o, 9) == doctest::Approx(1));
  CHECK(rate_at(o, 10) == doctest::Approx(1));
  CHECK(rate_at(o, 55) == doctest::Approx(0.5));
  CHECK(rate_at(o, 99) < 0.001);
  o.cosine = false;
  CHECK(rate_at(o, 99) == 1);
  const auto refused = [](auto change) {
    TrainingOptions options;
    change(options);
    CHECK_THROWS_AS(check(options), Error);
  };
  refused([](TrainingOptions& t) { t.steps = 0; });
  refused([](TrainingOptions& t) { t.rate = 0; });
  refused([](TrainingOptions& t) { t.rate = std::nan(""); });
  refused([](TrainingOptions& t) { t.warm_up = 2; });
  refused([](TrainingOptions& t) { t.momentum = 1; });
  refused([](TrainingOptions& t) { t.teacher_share = 1.1; });
}

TEST_CASE("gradients beyond their limit are shortened together, others stay as they are") {
  Network network = tests::trained_motion_network(0);
  const auto before = values_now(network);
  const Batches b = batch(1, 8);
  const auto moved = [&](double limit) {
    put_back(network, before);
    TrainingOptions options;
    options.gradient_limit = limit;
    options.cosine = false;
    options.weight_decay = options.momentum = options.teacher_share = 0;
    Training training(network, options);
    training.step(b.inputs, b.labels);
    std::map<std::string, at::Tensor> by;
    for (const Parameter& p : network.parameters())
      if (is_trained(p.role)) by[p.name] = (p.values.detach() - before.at(p.name)) / options.rate;
    return by;
  };
  const auto length = [](const std::map<std::string, at::Tensor>& by) {
    double square = 0;
    for (const auto& item : by) square += item.second.square().sum(at::kDouble).item<double>();
    return std::sqrt(square);
  };
  const auto free = moved(1e9);
  const double whole = length(free);
  REQUIRE(whole > 0);
  const auto within = moved(whole * 1.1), shortened = moved(whole / 4);
  CHECK(length(shortened) == doctest::Approx(whole / 4).epsilon(1e-3));
  for (const auto& item : free) {
    CHECK_MESSAGE(at::equal(within.at(item.first), item.second), item.first);
    CHECK_MESSAGE(at::allclose(shortened.at(item.first) * 4, item.second, 1e-2, 1e-3), item.first);
  }
}

TEST_CASE("labels out of range and a rate that is too high are told in one line") {
  Network network = tests::trained_motion_network(0);
  TrainingOptions options;
  options.steps = 20;
  Training training(network, options);
  Batches b = batch(1, 4);
  b.labels[2] = 8;
  CHECK_THROWS_WITH_AS(training.step(b.inputs, b.labels),
                       "the label 8 is out of range: the model tells 8 classes apart", Error);
  Network normalized = tests::trained_motion_network(0), other = tests::with_folded_normalization(normalized);
  options.rate = 100;
  options.gradient_limit = 1e30;
  Training wild(other, options);
  std::string said;
  try {
    for (int i = 0; i < 20; ++i) {
      const Batches c = batch(static_cast<std::uint64_t>(i), 4);
      wild.step(c.inputs, c.labels);
    }
  } catch (const Error& error) {
    said = error.what();
  }
  CHECK(said.find("take a lower learning rate than 100") != std::string::npos);
}

TEST_CASE("masked weights stay zero through training, with momentum, weight decay and a teacher") {
  Network network = tests::trained_motion_network(10), teacher = tests::trained_motion_network(10);
  TrainingOptions options;
  options.steps = 6;
  options.rate = 0.05;
  Training training(network, options, &teacher);
  const GroupSpec groups = parse_group_spec("kgs:8x4");
  std::map<graph::ValueId, at::Tensor> masks;
  for (const PenalizedLayer& layer : layers_of_motion(network, groups)) {
    const at::Tensor& w = network.parameter(layer.weights)->values;
    const at::Tensor norms = group_norms(w, groups);
    masks[layer.weights] = spread((norms > norms.median()).to(at::kFloat), w, groups).contiguous();
    training.mask(layer.weights, masks[layer.weights]);
  }
  REQUIRE(masks.size() == 3);
  const auto before = values_now(network);
  double last = 0;
  for (int i = 0; i < 6; ++i) {
    const Batches b = batch(static_cast<std::uint64_t>(100 + i));
    const StepLoss loss = training.step(b.inputs, b.labels);
    CHECK(loss.teacher > 0);
    CHECK(loss.labels > 0);
    last = loss.total;
  }
  CHECK(std::isfinite(last));
  for (const auto& [id, mask] : masks) {
    const at::Tensor values = network.parameter(id)->values.detach();
    CHECK((values * (1 - mask)).abs().max().item<float>() == 0);
    CHECK((values * mask).ne(0).sum().item<std::int64_t>() == mask.sum().item<float>());
    CHECK_FALSE(at::equal(values, before.at(network.parameter(id)->name)));
  }
}

TEST_CASE(
    "AdamW: a first step moves all that has a gradient by the rate, and decay is no part of the gradient") {
  Network network(
      graph::parse_graph("graph \"linear\"\ninput x f32 1x4\nconst w f32 3x4\nconst b f32 3\n"
                         "y = Gemm(x, w, b) \"layer\" transB=1\noutput y\n"));
  TrainingOptions options;
  options.optimizer = Optimizer::adamw;
  options.rate = 0.01;
  options.cosine = false;
  options.weight_decay = 0.2;
  options.label_smoothing = 0;
  tests::set_values(network.parameters()[0], tests::random_tensor({3, 4}, 1));
  tests::set_values(network.parameters()[1], tests::random_tensor({3}, 2));
  const auto before = values_now(network);
  Training training(network, options);
  at::Tensor x = tests::random_tensor({1, 4}, 3);
  x[0][2] = 0;  // whose weights have no gradient
  training.step({x}, {1});
  for (const Parameter& parameter : network.parameters()) {
    const at::Tensor decayed =
        before.at(parameter.name) * (parameter.role == Role::weight ? 1 - 0.01 * 0.2 : 1);
    at::Tensor moved = (parameter.values.detach() - decayed).abs();
    if (parameter.role == Role::weight) {
      CHECK(moved.select(1, 2).max().item<float>() == 0);
      moved = at::cat({moved.slice(1, 0, 2), moved.slice(1, 3, 4)}, 1);
    }
    CHECK(moved.min().item<float>() == doctest::Approx(0.01).epsilon(1e-4));
    CHECK(moved.max().item<float>() == doctest::Approx(0.01).epsilon(1e-4));
  }
}

TEST_CASE("a training that was interrupted goes on with the same bits") {
  at::set_num_threads(1);
  const tests::Scratch scratch;
  TrainingOptions options;
  options.steps = 8;
  options.rate = 0.02;
  options.warm_up = 2;
  const GroupSpec groups = parse_group_spec("kgs:8x4");
  SUBCASE("sgd") {}
  SUBCASE("adamw") { options.optimizer = Optimizer::adamw; }
  const auto run = [&](int until, const std::string& from, const std::string& to) {
    Network network = tests::trained_motion_network(0);
    Training training(network, options);
    Penalty penalty(network, layers_of_motion(network, groups), 0.5);
    if (!from.empty()) {
      const Checkpoint saved = load_checkpoint(from);
      training.set_state(saved);
      for (std::size_t i = 0; i < penalty.factors().size(); ++i)
        penalty.factors()[i] = saved.at("factors " + std::to_string(i));
    }
    while (training.steps_done() < until) {
      if (training.steps_done() % 3 == 2) penalty.reweight();
      const Batches b = batch(static_cast<std::uint64_t>(training.steps_done()), 8);
      training.step(b.inputs, b.labels, &penalty);
    }
    Checkpoint state = training.state();
    for (std::size_t i = 0; i < penalty.factors().size(); ++i)
      state["factors " + std::to_string(i)] = penalty.factors()[i];
    save_checkpoint(to, state);
    return values_now(network);
  };
  const auto whole = run(8, "", scratch.path("whole"));
  for (const int cut : {1, 3, 5}) {
    run(cut, "", scratch.path("part"));
    for (const auto& [name, values] : run(8, scratch.path("part"), scratch.path("rest")))
      CHECK_MESSAGE(at::equal(values, whole.at(name)), name);
  }
}

TEST_CASE("a checkpoint that is cut, changed or another model's is refused") {
  const tests::Scratch scratch;
  const std::string file = scratch.path("c");
  save_checkpoint(file, {{"a", tests::random_tensor({3, 4}, 1)}, {"b", at::arange(5)}});
  const Checkpoint back = load_checkpoint(file);
  CHECK(back.size() == 2);
  CHECK(at::equal(back.at("a"), tests::random_tensor({3, 4}, 1)));
  std::string whole;
  {
    std::ifstream in(file, std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 97) {
    std::ofstream(file, std::ios::binary) << whole.substr(0, bytes);
    CHECK_THROWS_AS(load_checkpoint(file), Error);
  }
  const std::size_t at = whole.find(std::string(static_cast<const char*>(back.at("a").data_ptr()), 48));
  REQUIRE(at != std::string::npos);
  std::string changed = whole;
  changed[at + 5] = static_cast<char>(changed[at + 5] ^ 1);
  std::ofstream(file, std::ios::binary) << changed;
  CHECK_THROWS_WITH_AS(load_checkpoint(file), doctest::Contains("is no checkpoint, or damaged"), Error);
  CHECK_THROWS_AS(load_checkpoint(scratch.path("none")), Error);
  CHECK_THROWS_AS(save_checkpoint(scratch.path("no/such/folder"), {}), Error);
  Network network = tests::trained_motion_network(0);
  Training training(network, {});
  CHECK_THROWS_WITH_AS(training.set_state({{"steps", at::zeros({1}, at::kLong)}}),
                       doctest::Contains("is of another model"), Error);
}

// Niu et al., section 4: a fixed penalty presses on all groups alike, also on those that matter; one that is renewed lets these alone.
TEST_CASE(
    "at equal accuracy before the cut reweighting empties at least twice as many groups as group lasso") {
  const tests::Clips held_out = tests::motion_clips(300, 6);
  Network network = tests::trained_motion_network(90);
  const auto dense = values_now(network);
  const double before = tests::accuracy(network, held_out);
  CHECK(before > 0.95);
  constexpr int kSteps = 80, kRenewed = 16;
  const auto empties = [&](bool reweighted, double strength) {
    put_back(network, dense);
    TrainingOptions options;
    options.steps = kSteps;
    options.rate = 0.02;
    options.cosine = false;
    options.weight_decay = 0;
    options.label_smoothing = 0;
    Training training(network, options);
    Penalty penalty(network, layers_of_motion(network, parse_group_spec("kgs:8x4")), strength);
    for (int step = 0; step < kSteps; ++step) {
      if (reweighted && step % kRenewed == 0) penalty.reweight();
      const Batches b = batch(static_cast<std::uint64_t>(5000 + step));
      training.step(b.inputs, b.labels, &penalty);
    }
    const double accuracy = tests::accuracy(network, held_out);
    MESSAGE((reweighted ? "reweighted " : "group lasso "), strength, ": ", penalty.zero_share(), " zero, ",
            accuracy, " right");
    return accuracy >= before - 0.03 ? penalty.zero_share() : 0.0;
  };
  double best[2] = {0, 0};
  for (const bool reweighted : {false, true})
    for (const double strength : {0.2, 0.4, 0.6, 0.8, 1.0})
      best[reweighted] = std::max(best[reweighted], empties(reweighted, strength));
  CHECK(best[1] >= 0.2);
  CHECK(best[1] >= 2 * best[0]);
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
