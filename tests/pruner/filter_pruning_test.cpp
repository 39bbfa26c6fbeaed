// Whole filters: what is really gone computes what zeros compute, through residual sums, concatenations and flattening.
#include "pruner/filter_pruning.h"

#include <doctest/doctest.h>

#include <set>

#include "base/error.h"
#include "graph/model.h"
#include "models/models.h"
#include "pruner/compared.h"
#include "pruner/motion_network.h"
#include "pruning/layers.h"
#include "scratch_folder.h"

TEST_SUITE_BEGIN("pruner");

namespace rt3d::pruner {
namespace {

namespace fs = std::filesystem;

OneShotRequest filters_by(Criterion criterion) {
  OneShotRequest request;
  request.criterion = criterion;
  request.threads = 2;
  return request;
}

std::vector<std::vector<at::Tensor>> random_clips(const Network& network, std::uint64_t count) {
  std::vector<std::vector<at::Tensor>> clips;
  for (std::uint64_t i = 0; i < count; ++i) clips.push_back(tests::random_inputs(network.graph(), 7 + i, 1));
  return clips;
}

std::int64_t macs_of(const graph::Graph& graph) {
  std::int64_t macs = 0;
  for (const pruning::Layer& layer : pruning::layers_of(graph)) macs += layer.macs;
  return macs;
}

std::string refusal_of(Network& network, const OneShotRequest& request, double rate) {
  try {
    FilterPruning filters(network, request);
    filters.see(random_clips(network, 1));
    filters.choose(rate);
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid_argument);
    return error.what();
  }
  return "";
}

// A sum of two layers, one of which is concatenated with a third; a Reshape that states its size; layers that read several of these.
constexpr const char* kCoupled = R"(graph "coupled"
input x f32 1x3x4x6x6
const w0 f32 16x3x3x3x3
const wa f32 16x16x1x3x3
const wb f32 16x16x3x1x1
const ba f32 16
const wc f32 24x16x1x1x1
const wd f32 16x40x1x1x1
const we f32 8x16x1x1x1
const g f32 5x32
const gb f32 5
const shape i64 2 = 1 32
s = Conv(x, w0) "stem" pads=1x1x1x1x1x1
r = Relu(s)
a = Conv(r, wa, ba) "a" pads=0x1x1x0x1x1
t = Sigmoid(a)
b = Conv(t, wb) "b" pads=1x0x0x1x0x0
m = Add(b, a)
c = Conv(r, wc) "c"
j = Concat(m, c) axis=1
d = Conv(j, wd) "d"
e = Conv(d, we) "e"
p = MaxPool(e) kernel_shape=4x3x3 strides=4x3x3
f = Reshape(p, shape)
o = Gemm(f, g, gb) "classes" transB=1
output o
)";

}  // namespace

TEST_CASE("a model without some of its filters computes what it computes with zeros in their place") {
  const tests::ScratchFolder scratch;
  const fs::path dense = scratch.path() / "dense.onnx", cut = scratch.path() / "cut.onnx";
  for (const char* name : {"r2plus1d_18", "r3d_18", "s3d", "c3d", "coupled"})
    for (const Criterion criterion : {Criterion::second_order, Criterion::importance, Criterion::magnitude}) {
      const std::string_view model(name);
      // What goes is found alike everywhere: one of the others on two networks.
      if (criterion != Criterion::second_order && model != "coupled" && model != "r2plus1d_18") continue;
      CAPTURE(name);
      CAPTURE(static_cast<int>(criterion));
      graph::save_onnx(model == "coupled" ? graph::parse_graph(kCoupled)
                                          : models::build({.name = name,
                                                           .classes = 5,
                                                           .frames = model == "c3d" ? 16 : 8,
                                                           .size = 32,
                                                           .width = 0.125}),
                       dense);
      Network network(graph::load_onnx(dense));
      const std::vector<std::vector<at::Tensor>> clips = random_clips(network, 3);
      const OneShotRequest request = filters_by(criterion);
      FilterPruning filters(network, request);
      filters.see(clips);
      filters.choose(1.5);
      filters.apply(clips);
      CHECK(filters.report().rate() >= 1.5);
      CHECK(filters.report().rate() < 1.9);
      graph::save_with_constants(dense, filters.cut_weights(), {}, cut, graph::Shapes::may_differ);

      const graph::Graph smaller = graph::load_onnx(cut);
      Network small(smaller);
      CHECK(macs_of(small.graph()) ==
            doctest::Approx(static_cast<double>(filters.report().kept_macs)).epsilon(1e-6));
      CHECK(graph::parameter_count(small.graph()) < graph::parameter_count(network.graph()));
      const std::vector<at::Tensor> inputs = tests::random_inputs(network.graph(), 99, 1);
      const std::vector<at::Tensor> zeroed = network.run(inputs, Mode::evaluation);
      CHECK(tests::difference(small.run(inputs, Mode::evaluation), zeroed) < 1e-4);
      CHECK(tests::difference(tests::session_outputs(smaller, {}, inputs), zeroed) < 1e-4);
    }
}

TEST_CASE("filters whose channels are added up go together") {
  const tests::ScratchFolder scratch;
  Network network(graph::parse_graph(kCoupled));
  const FilterSets sets(network, {});
  std::set<std::vector<std::string>> makers;
  for (const std::vector<FilterSet>& alike : sets.classes()) {
    std::vector<std::string> names;
    for (const LayerChannels& part : alike[0].filters) names.push_back(sets.layers()[part.layer].name);
    makers.insert(names);
  }
  // Not the stem's, which is the first layer; e's through the Reshape.
  CHECK(makers == std::set<std::vector<std::string>>{{"a", "b"}, {"c"}, {"d"}, {"e"}});
}

TEST_CASE("by second order filters cost less accuracy than by magnitude") {
  const tests::Clips seen = tests::motion_clips(64, 5), held_out = tests::motion_clips(300, 6);
  double accuracy[2];
  Network network = tests::trained_motion_network(100);
  std::vector<at::Tensor> dense;
  for (const Parameter& parameter : network.parameters()) dense.push_back(parameter.values.detach().clone());
  for (const Criterion criterion : {Criterion::second_order, Criterion::magnitude}) {
    const at::NoGradGuard without_gradients;
    for (std::size_t i = 0; i < dense.size(); ++i) network.parameters()[i].values.copy_(dense[i]);
    const OneShotRequest request = filters_by(criterion);
    FilterPruning filters(network, request);
    filters.see(seen.inputs);
    filters.choose(1.8);
    filters.apply(seen.inputs);
    accuracy[criterion == Criterion::magnitude] = tests::accuracy(network, held_out);
  }
  MESSAGE("second order ", accuracy[0], ", magnitude ", accuracy[1]);
  CHECK(accuracy[0] > 0.9);
  CHECK(accuracy[0] > accuracy[1]);
}

TEST_CASE(
    "filters that stay keep their outputs' means and deviations, where nothing is fitted and normalisations "
    "are folded") {
  const tests::Clips seen = tests::motion_clips(8, 5), held_out = tests::motion_clips(200, 6);
  Network normalized = tests::trained_motion_network(40);
  for (const Criterion criterion : {Criterion::magnitude, Criterion::importance}) {
    Network network = tests::with_folded_normalization(normalized);
    const double before = tests::accuracy(network, held_out);
    const auto outputs = [&] { return tests::convolution_outputs(network, tests::joined(seen)); };
    const auto wanted = outputs();
    const OneShotRequest request = filters_by(criterion);
    FilterPruning filters(network, request);
    filters.see(seen.inputs);
    filters.choose(1.5);
    filters.apply(seen.inputs);
    std::int64_t gone = 0, stay = 0;
    for (const auto& [name, now] : outputs()) {
      CAPTURE(name);
      const at::Tensor empty = (now == 0).all(1), there = at::nonzero(empty.logical_not()).squeeze(1);
      gone += empty.sum().item<std::int64_t>();
      stay += there.size(0);
      const auto of_those = [&](const at::Tensor& by_channel) { return by_channel.index_select(0, there); };
      CHECK(at::allclose(of_those(now).mean(1), of_those(wanted.at(name)).mean(1), 1e-2, 1e-3));
      CHECK(at::allclose(of_those(now).std(1, false), of_those(wanted.at(name)).std(1, false), 1e-2, 1e-3));
    }
    CHECK(gone > 0);
    CHECK(stay > gone);
    MESSAGE("dense ", before, ", cut ", tests::accuracy(network, held_out));
  }
}

TEST_CASE("filters that cannot go are refused with what could") {
  Network network(graph::parse_graph(kCoupled));
  OneShotRequest request = filters_by(Criterion::magnitude);
  CHECK(refusal_of(network, request, 80).find("with all filters that may go the model is at") !=
        std::string::npos);
  request.keep_dense = {"a", "c", "d", "e"};
  CHECK(refusal_of(network, request, 1.1).find("no filter of the model can go") != std::string::npos);
  request.keep_dense = {"nobody"};
  CHECK(refusal_of(network, request, 1.1).find("'nobody'") != std::string::npos);
}

}  // namespace rt3d::pruner
