// Pruning in Winograd's transform domain, from a few clips to a file that the runtime multiplies with.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/error.h"
#include "base/random.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"
#include "pruner/compared.h"
#include "pruner/filter_pruning.h"
#include "pruner/input_moments.h"
#include "pruner/one_shot.h"
#include "pruner/runs/initialize.h"
#include "pruner/tensors.h"
#include "pruner/transforms.h"
#include "pruner/winograd_conv.h"
#include "scratch.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

// Channels that groups do not divide; biases, a normalisation; one position, a stride: no tile for these.
constexpr char kNetwork[] = R"(graph "mixed"
input x f32 1x3x6x14x14
const w0 f32 6x3x3x3x3
const w1 f32 10x6x3x3x3
const b1 f32 10
const w2 f32 24x10x1x3x3
const w3 f32 16x24x3x1x1
const s3 f32 16
const b3 f32 16
const m3 f32 16
const v3 f32 16
const w4 f32 16x16x1x1x1
const w5 f32 12x16x3x3x3
const g f32 5x12
const gb f32 5
c0 = Conv(x, w0) "conv0" pads=1x1x1x1x1x1
r0 = Relu(c0)
c1 = Conv(r0, w1, b1) "conv1" pads=1x1x1x1x1x1
r1 = Relu(c1)
c2 = Conv(r1, w2) "conv2" pads=0x1x1x0x1x1
r2 = Relu(c2)
c3 = Conv(r2, w3) "conv3" pads=1x0x0x1x0x0
n3 = BatchNormalization(c3, s3, b3, m3, v3)
r3 = Relu(n3)
c4 = Conv(r3, w4) "conv4"
r4 = Relu(c4)
c5 = Conv(r4, w5) "conv5" strides=2x2x2 pads=1x1x1x1x1x1
r5 = Relu(c5)
p = GlobalAveragePool(r5)
f = Flatten(p)
o = Gemm(f, g, gb) "classes" transB=1
output o
)";

graph::Graph dense_model() {
  graph::Graph model = graph::parse_graph(kNetwork);
  Network network(model);
  initialize(network, 7);
  for (const auto& [name, values] : network.weights())
    for (std::size_t i = 0; i < model.value_count(); ++i)
      if (graph::Value& value = model.value(static_cast<graph::ValueId>(i)); value.name == name)
        value.constant = values;
  return model;
}

// A blob that moves, and noise.
std::vector<std::vector<at::Tensor>> blobs(std::size_t count) {
  std::vector<std::vector<at::Tensor>> clips;
  Random random(3);
  for (std::size_t i = 0; i < count; ++i) {
    at::Tensor clip = at::empty({1, 3, 6, 14, 14});
    float* to = clip.data_ptr<float>();
    const float place = random.uniform(3, 10), size = random.uniform(2, 8), speed = random.uniform(-1, 1);
    for (int c = 0; c < 3; ++c)
      for (int t = 0; t < 6; ++t)
        for (int y = 0; y < 14; ++y)
          for (int x = 0; x < 14; ++x) {
            const float dx = static_cast<float>(x) - place - speed * static_cast<float>(t),
                        dy = static_cast<float>(y) - place;
            *to++ = 2 * std::exp(-(dx * dx + dy * dy) / size) * static_cast<float>(c + 1) +
                    random.uniform(-0.1f, 0.1f);
          }
    clips.push_back({clip});
  }
  return clips;
}

graph::Graph with_all_transforms(const graph::Graph& model, const std::vector<std::string>& keep_dense = {}) {
  return with_transforms(model, {}, keep_dense, [](const PrunableLayer&) { return true; });
}

OneShotRequest winograd(double rate, Criterion criterion = Criterion::second_order) {
  OneShotRequest request;
  request.groups = pruning::parse_group_spec("winograd:8x4");
  request.rate = rate;
  request.criterion = criterion;
  request.threads = 2;
  return request;
}

const Parameter& named(const Network& network, const std::string& name) {
  const auto found = std::ranges::find(network.parameters(), name, &Parameter::name);
  REQUIRE(found != network.parameters().end());
  return *found;
}

std::vector<at::Tensor> outputs_of(Network& network, const std::vector<std::vector<at::Tensor>>& clips) {
  const at::NoGradGuard without_gradients;
  std::vector<at::Tensor> outputs;
  for (const auto& clip : clips) outputs.push_back(network.run(clip, Mode::evaluation)[0]);
  return {at::cat(outputs, 0)};
}

}  // namespace

TEST_CASE(
    "pruning in the transform domain leaves whole groups of a point, and a file with which the runtime "
    "computes the same") {
  const auto clips = blobs(8);
  const graph::Graph dense = dense_model();
  const tests::Scratch scratch;
  const std::string file = scratch.path("dense.onnx"), out = scratch.path("pruned.onnx");
  graph::save_onnx(dense, file);
  for (const Criterion criterion : {Criterion::second_order, Criterion::importance, Criterion::magnitude}) {
    CAPTURE(static_cast<int>(criterion));
    Network network(with_all_transforms(dense));
    const at::Tensor w1 = named(network, "w1").values.detach().clone();
    const OneShotReport report = prune_one_shot(network, clips, winograd(2, criterion));
    CHECK(report.rate() >= 2);
    CHECK(report.rate() < 2.1);
    const std::map<std::string, std::string> schemes = {{"conv1", "winograd:8x4"},
                                                        {"conv2", "winograd:8x4"},
                                                        {"conv3", "winograd:8x4"},
                                                        {"conv4", "vanilla:8x4"},
                                                        {"conv5", "vanilla:8x4"}};
    for (const LayerOutcome& layer : report.layers) {
      CAPTURE(layer.name);
      const auto scheme = schemes.find(layer.name);
      CHECK(layer.dense.empty() == (scheme != schemes.end()));
      if (scheme == schemes.end()) continue;
      const bool transformed = scheme->second.starts_with("winograd");
      if (!layer.scheme.empty()) CHECK(layer.scheme == scheme->second);
      const Parameter& weights =
          named(network, "w" + layer.name.substr(4) + (transformed ? ".winograd" : ""));
      CHECK(shape_of(weights.values) == layer.weights);
      // The zeros are the groups that went, and the multiply-adds their share.
      const pruning::GroupGrid grid(layer.weights, winograd(2).groups.of_layer(transformed));
      const std::vector<double> scores = grid.scores(host_tensor(weights.values));
      std::vector<bool> kept(scores.size(), true);
      for (const std::int64_t group : layer.removed) kept[static_cast<std::size_t>(group)] = false;
      for (std::size_t g = 0; g < scores.size(); ++g) CHECK((scores[g] != 0) == kept[g]);
      const double share =
          static_cast<double>(grid.kept_weights(kept)) / static_cast<double>(layer.weights.elements());
      CHECK(static_cast<double>(layer.kept_macs) ==
            doctest::Approx(share * static_cast<double>(layer.macs)).epsilon(1e-6));
    }
    CHECK(at::equal(named(network, "w1").values, w1));  // for other runtimes

    const std::vector<graph::TransformedConstant> transformed = network.transformed();
    CHECK(transformed.size() == 3);
    graph::save_with_constants(file, network.weights(), {}, out, graph::Shapes::stay, &transformed);
    const graph::Graph written = graph::load_onnx(out);
    CHECK(graph::transformed_weights_names(written) ==
          std::vector<std::string>{"w1.winograd", "w2.winograd", "w3.winograd"});
    const std::vector<at::Tensor> expected = outputs_of(network, {clips[0]});
    const auto ran = [&](const graph::Graph& model, kernels::Accuracy accuracy) {
      return tests::session_outputs(model, {}, clips[0], accuracy);
    };
    CHECK(tests::difference(ran(written, kernels::Accuracy::standard), expected) < 1e-4);
    graph::Graph spatial = written;
    graph::drop_transformed_weights(spatial);
    CHECK(tests::difference(ran(written, kernels::Accuracy::exact), ran(spatial, kernels::Accuracy::exact)) <
          1e-5);
    CHECK(tests::difference(ran(written, kernels::Accuracy::exact), expected) > 1e-3);
    // The file is taken up again as it was written.
    Network again(written);
    CHECK(tests::difference(outputs_of(again, clips), outputs_of(network, clips)) < 1e-6);
    const std::vector<graph::TransformedConstant> same = again.transformed();
    graph::save_with_constants(out, again.weights(), {}, out, graph::Shapes::stay, &same);
    CHECK(tests::difference(ran(graph::load_onnx(out), kernels::Accuracy::standard), expected) < 1e-4);
  }
}

TEST_CASE("what moments of transformed inputs say that a removal changes is what it changes") {
  for (const char* tile : {"t4s4", "t2s2", "t1s4"}) {
    CAPTURE(std::string(tile));
    graph::Graph model = graph::parse_graph(
        "graph \"one\"\ninput x f32 1x6x8x8x8\nconst w f32 5x6x3x3x3\ny = Conv(x, w) \"layer\" "
        "pads=1x1x1x1x1x1\n"
        "output y\n");
    const graph::ValueId w = model.nodes[0].inputs[1];
    Random random(5);
    Tensor values = Tensor::allocate({DType::f32, model.value(w).desc.shape});
    for (float& value : values.mutable_values<float>()) value = random.uniform(-1, 1);
    model.value(w).constant = values;
    const WinogradTile of = *find_winograd_tile(tile);
    graph::attach_transformed_weights(model, w, {"u", of, kernels::winograd_weights(values, of, {1, 1, 1})});
    Network network(model);
    const at::Tensor x = tests::random_inputs(network.graph(), 2)[0] + 0.3;  // tiles cover the output exactly
    const Tensor u = host_tensor(named(network, "u").values);
    const pruning::GroupGrid grid(u.shape(), pruning::parse_group_spec("kgs:8x4"));
    // One point a block, and blocks that hold several points.
    for (const auto& blocks : {pruning::point_blocks(grid), pruning::column_blocks(grid)}) {
      InputMoments moments(blocks);
      moments.add(network.graph().nodes[0], x, torch_tensor(values));
      const at::NoGradGuard without_gradients;
      const at::Tensor before = network.run({x}, Mode::evaluation)[0];
      for (std::size_t b = 0; b < blocks.size(); b += blocks.size() / 3 + 1) {
        const pruning::Moments h = moments.moments(blocks[b], true);
        const std::int64_t n = blocks[b].size();
        double trace = 0, change = 0, squares = 0, shift = 0;
        for (std::int64_t i = 0; i < n; ++i) trace += h.values[static_cast<std::size_t>(i * h.size + i)];
        const double damping = trace / static_cast<double>(n) * pruning::kDamping / (1 + pruning::kDamping);
        at::Tensor& now = network.parameter(network.graph().nodes[0].inputs[4])->values;
        const at::Tensor kept = now.detach().clone();
        for (std::int64_t oc = 0; oc < 5; ++oc)
          for (std::int64_t i = 0; i < n; ++i) {
            const auto at = [&](std::int64_t c) {
              return static_cast<double>(u.values<float>()[static_cast<std::size_t>(
                  oc * u.elements() / 5 + blocks[b].columns[static_cast<std::size_t>(c)])]);
            };
            now.data_ptr<float>()[oc * u.elements() / 5 + blocks[b].columns[static_cast<std::size_t>(i)]] = 0;
            for (std::int64_t j = 0; j < n; ++j)
              change += at(i) * h.values[static_cast<std::size_t>(i * h.size + j)] * at(j);
            squares += at(i) * at(i);
            shift += at(i) * h.values[static_cast<std::size_t>(i * h.size + n)];
          }
        const at::Tensor difference = before - network.run({x}, Mode::evaluation)[0];
        const double outputs = static_cast<double>(difference.numel()) / 5;
        CHECK(change - damping * squares ==
              doctest::Approx((difference * difference).sum(at::kDouble).item<double>() / outputs)
                  .epsilon(1e-3));
        CHECK(shift ==
              doctest::Approx(difference.sum(at::kDouble).item<double>() / outputs).epsilon(1e-3).scale(1));
        now.copy_(kept);
      }
    }
  }
}

TEST_CASE("what stays in the transform domain makes up for what goes") {
  const auto clips = blobs(8);
  Network network(with_all_transforms(dense_model()));
  const auto output = [&] {  // of conv1
    const at::NoGradGuard without_gradients;
    std::vector<at::Tensor> seen;
    for (const auto& clip : clips)
      network.run(clip, Mode::evaluation,
                  [&](const graph::Node& node, std::span<const at::Tensor* const> operands) {
                    if (node.name == "conv2") seen.push_back(operands[0]->clone());
                  });
    return at::cat(seen, 0);
  };
  const at::Tensor before = output();
  const auto change = [&] {
    const at::Tensor difference = output() - before;
    return (difference * difference).sum().item<double>() / (before * before).sum().item<double>();
  };
  OneShotRequest request = winograd(1.15);
  request.keep_dense = {"conv2", "conv3", "conv4", "conv5"};
  OneShot one_shot(network, {request.groups}, request);
  one_shot.see(clips);
  one_shot.order();
  one_shot.choose(request.rate);
  at::Tensor& u = network.parameter(one_shot.survey().convs[0].weights->id)->values;
  const at::Tensor dense = u.detach().clone();
  const at::NoGradGuard without_gradients;
  u.copy_(torch_tensor(one_shot.masked_weights().at("w1.winograd")));
  const double cut = change();
  u.copy_(dense);
  one_shot.apply(clips);
  const double fitted = change();
  MESSAGE("of what conv1 computes: cut ", cut, ", fitted ", fitted);
  CHECK(fitted < 0.5 * cut);
}

TEST_CASE("layers that stay dense get no transformed weights, and what cannot go with them is refused") {
  const graph::Graph dense = dense_model();
  const graph::Graph some = with_all_transforms(dense, {"conv2", "w3"});
  CHECK(graph::transformed_weights_names(some) == std::vector<std::string>{"w1.winograd"});
  Network network(some);
  CHECK(network.transformed().empty());  // nothing is pruned
  CHECK_THROWS_WITH_AS(initialize(network, 1), doctest::Contains("nothing to begin from"), Error);
  OneShotRequest request;
  CHECK_THROWS_WITH_AS(FilterPruning(network, request),
                       doctest::Contains("'conv1' has weights in Winograd's"), Error);
  CHECK(pruning::parse_group_spec("winograd:32x4").text() == "winograd:32x4");
  CHECK_THROWS_AS(pruning::parse_group_spec("winograd"), Error);
  CHECK_THROWS_AS(pruning::GroupGrid(Shape{8, 8, 6, 6, 6}, pruning::parse_group_spec("winograd:8x4")), Error);
}

}  // namespace rt3d::pruner

TEST_SUITE_END();
