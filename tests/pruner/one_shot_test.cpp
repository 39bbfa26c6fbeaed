// Pruning without training, on a network that was trained for it here.
#include "pruner/one_shot.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/error.h"
#include "kernels/sparsity.h"
#include "pruner/batch_statistics.h"
#include "pruner/compared.h"
#include "pruner/motion_network.h"
#include "pruner/tensors.h"
#include "pruning/group_grid.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

OneShotRequest kgs(double rate, Criterion criterion = Criterion::second_order) {
  OneShotRequest request;
  request.rate = rate;
  request.criterion = criterion;
  request.threads = 2;
  return request;
}

std::map<std::string, at::Tensor> values_of(const Network& network) {
  std::map<std::string, at::Tensor> values;
  for (const Parameter& parameter : network.parameters())
    values[parameter.name] = parameter.values.detach().clone();
  return values;
}

void restore(Network& network, const std::map<std::string, at::Tensor>& values) {
  const at::NoGradGuard without_gradients;
  for (Parameter& parameter : network.parameters()) parameter.values.copy_(values.at(parameter.name));
}

std::string why_refused(Network& network, const tests::Clips& clips, const OneShotRequest& request) {
  const auto before = values_of(network);
  try {
    prune_one_shot(network, clips.inputs, request);
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    for (const auto& after : values_of(network))
      CHECK_MESSAGE(at::equal(after.second, before.at(after.first)), after.first);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("one-shot pruning from 64 clips keeps the accuracy that magnitudes lose") {
  const tests::Clips seen = tests::motion_clips(64, 5), held_out = tests::motion_clips(300, 6);
  Network normalized = tests::trained_motion_network(100);
  Network folded = tests::with_folded_normalization(normalized);
  CHECK(tests::accuracy(folded, held_out) == doctest::Approx(tests::accuracy(normalized, held_out)));
  for (Network* const tried : {&normalized, &folded}) {
    CAPTURE((tried == &folded));
    Network& network = *tried;
    const auto dense = values_of(network);
    const double before = tests::accuracy(network, held_out);
    CHECK(before > 0.95);
    double kept[2];
    for (const Criterion criterion : {Criterion::second_order, Criterion::magnitude}) {
      restore(network, dense);
      const OneShotReport report = prune_one_shot(network, seen.inputs, kgs(3, criterion));
      CHECK(report.rate() >= 3);
      CHECK(report.rate() < 3.05);
      kept[criterion == Criterion::magnitude] = tests::accuracy(network, held_out);
      // What the report says of each layer is what its weights hold.
      for (const LayerOutcome& layer : report.layers) {
        if (!layer.dense.empty()) {
          CHECK(layer.kept_macs == layer.macs);
          continue;
        }
        const auto parameter =
            std::ranges::find(network.parameters(), "w" + layer.name.substr(4), &Parameter::name);
        REQUIRE(parameter != network.parameters().end());
        const Tensor weights = host_tensor(parameter->values);
        const kernels::Pattern pattern = kernels::pattern_of(weights, 8, 4);
        CHECK(pattern.kept_weights() * layer.macs == layer.kept_macs * pattern.weights());
        CHECK(layer.kept_macs * 10 >= layer.macs);
      }
    }
    MESSAGE("dense ", before, ", second order ", kept[0], ", magnitude ", kept[1]);
    CHECK(kept[0] >= before - 0.01);
    CHECK(kept[1] < before - 0.02);
  }
}

TEST_CASE("schemes beside each other lose what each loses by itself: they share what layers read") {
  const tests::Clips seen = tests::motion_clips(16, 5);
  Network network = tests::trained_motion_network(3);
  const std::vector<pruning::GroupSpec> both = pruning::parse_group_specs("kgs:8x4,vanilla:16x4");
  const OneShotRequest request = kgs(2);
  const auto ordered = [&](const std::vector<pruning::GroupSpec>& schemes) {
    auto made = std::make_unique<OneShot>(network, schemes, request);
    made->see(seen.inputs);
    made->order();
    return made;
  };
  const auto together = ordered(both);
  for (std::size_t s = 0; s < both.size(); ++s) {
    const auto alone = ordered({both[s]});
    for (std::size_t conv = 0; conv < alone->survey().convs.size(); ++conv)
      for (const double kept : {0.25, 0.5, 0.8}) {
        const double loss = alone->loss(conv, {0, kept});
        CHECK(loss > 0);
        CHECK(together->loss(conv, {s, kept}) == doctest::Approx(loss).epsilon(1e-4));
      }
  }
}

TEST_CASE("one-shot pruning gives the same bits again, with one thread and with three") {
  const tests::Clips seen = tests::motion_clips(16, 5);
  Network network = tests::trained_motion_network(3);
  const auto dense = values_of(network);
  std::map<std::string, at::Tensor> first;
  for (const int threads : {1, 3, 1}) {
    restore(network, dense);
    OneShotRequest request = kgs(2);
    request.threads = threads;
    prune_one_shot(network, seen.inputs, request);
    if (first.empty()) first = values_of(network);
    for (const auto& after : values_of(network))
      CHECK_MESSAGE(at::equal(after.second, first.at(after.first)), after.first);
  }
}

TEST_CASE("where nothing is fitted and normalisations are folded, outputs keep their means and deviations") {
  const tests::Clips seen = tests::motion_clips(8, 5), held_out = tests::motion_clips(200, 6);
  Network normalized = tests::trained_motion_network(40);
  Network network = tests::with_folded_normalization(normalized);
  const double before = tests::accuracy(network, held_out);
  const auto outputs = [&] { return tests::convolution_outputs(network, tests::joined(seen)); };
  for (const Criterion criterion : {Criterion::magnitude, Criterion::importance}) {
    const auto dense = values_of(network);
    const auto wanted = outputs();
    const OneShotReport report = prune_one_shot(network, seen.inputs, kgs(1.5, criterion));
    for (const auto& [name, now] : outputs()) {
      CAPTURE(name);
      CHECK(at::allclose(now.mean(1), wanted.at(name).mean(1), 1e-2, 1e-3));
      CHECK(at::allclose(now.std(1, false), wanted.at(name).std(1, false), 1e-2, 1e-3));
    }
    for (const LayerOutcome& layer : report.layers) {
      if (!layer.dense.empty()) continue;
      const auto parameter =
          std::ranges::find(network.parameters(), "w" + layer.name.substr(4), &Parameter::name);
      REQUIRE(parameter != network.parameters().end());
      const kernels::Pattern pattern = kernels::pattern_of(host_tensor(parameter->values), 8, 4);
      CHECK(pattern.kept_weights() * layer.macs == layer.kept_macs * pattern.weights());
    }
    MESSAGE("dense ", before, ", cut ", tests::accuracy(network, held_out));
    restore(network, dense);
  }
}

TEST_CASE("by importance goes first what later layers do not read") {
  const tests::Clips seen = tests::motion_clips(4, 5);
  Network network = tests::trained_motion_network(2);
  {  // conv2 reads nothing of conv1's last eight filters, which are large
    const at::NoGradGuard without_gradients;
    for (Parameter& parameter : network.parameters()) {
      if (parameter.name == "w2") parameter.values.slice(1, 8).zero_();
      if (parameter.name == "w1") parameter.values.slice(0, 8).mul_(3);
    }
  }
  OneShotRequest request = kgs(1.1);
  request.keep_dense = {"conv2", "conv3"};
  for (const Criterion criterion : {Criterion::importance, Criterion::magnitude}) {
    request.criterion = criterion;
    OneShot one_shot(network, {request.groups}, request);
    one_shot.see(seen.inputs);
    one_shot.order();
    one_shot.choose(request.rate);
    const LayerOutcome& row = one_shot.report().layers[1];
    REQUIRE(row.name == "conv1");
    const pruning::GroupGrid grid(row.weights, request.groups);
    int unread = 0;
    for (const std::int64_t group : row.removed) unread += grid.extent(group).oc_begin >= 8;
    CHECK(row.removed.size() >= 5);
    CHECK(unread == (criterion == Criterion::importance ? static_cast<int>(row.removed.size()) : 0));
  }
}

TEST_CASE("layers that are to stay dense do, and what cannot be is refused with what could") {
  const tests::Clips seen = tests::motion_clips(8, 5);
  Network network = tests::trained_motion_network(2);
  OneShotRequest request = kgs(1.2);
  request.keep_dense = {"conv2", "w3*"};
  const OneShotReport report = prune_one_shot(network, seen.inputs, request);
  for (const LayerOutcome& layer : report.layers) {
    CAPTURE(layer.name);
    const bool pruned = layer.name == "conv1";
    CHECK((layer.kept_macs < layer.macs) == pruned);
    CHECK(layer.dense.empty() == pruned);
  }
  CHECK(report.layers.size() == 5);

  CHECK(why_refused(network, seen, kgs(50)).find("out of reach: with all that may go the model is at") !=
        std::string::npos);
  request.keep_dense = {"conv9"};
  CHECK(why_refused(network, seen, request).find("'conv9'") != std::string::npos);
  request.keep_dense = {"conv*"};
  CHECK(why_refused(network, seen, request).find("no convolution that may be pruned") != std::string::npos);
  request = kgs(2);
  request.groups = pruning::parse_group_spec("filter");
  CHECK(why_refused(network, seen, request).find("not filters") != std::string::npos);
  CHECK(why_refused(network, {}, kgs(2)).find("at least one clip") != std::string::npos);
}

TEST_CASE("statistics that are estimated anew are those of the clips") {
  Network network = tests::trained_motion_network(2);
  const tests::Clips clips = tests::motion_clips(12, 9);
  estimate_statistics(network, clips.inputs);
  at::Tensor first;
  network.run({tests::joined(clips)}, Mode::evaluation,
              [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
                if (node.op == "BatchNormalization" && !first.defined()) first = operands[0]->detach();
              });
  std::vector<at::Tensor> estimated;
  for (const Parameter& parameter : network.parameters())
    if (parameter.name == "m0" || parameter.name == "v0") estimated.push_back(parameter.values);
  CHECK(tests::difference(estimated, {first.mean({0, 2, 3, 4}), first.var({0, 2, 3, 4}, false)}) < 1e-4);
}

}  // namespace rt3d::pruner
