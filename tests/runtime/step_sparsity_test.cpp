// What sessions say about pruned layers: multiply-accumulates before and after, what was removed, which code runs and why.
#include <doctest/doctest.h>

#include "kernels/sparsity.h"
#include "runtime/devices/device_table.h"
#include "runtime/planned_graph.h"
#include "runtime/session.h"
#include "runtime/weights/step_sparsity.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

using kernels::SparsityReport;

// A family of which nothing but its name and whether it leaves zeros out matters.
class Named : public kernels::KernelFamily {
 public:
  explicit Named(std::string id, bool leaves_zeros = false)
      : id_(std::move(id)), leaves_zeros_(leaves_zeros) {}
  kernels::Traits traits() const override { return {.leaves_zeros = leaves_zeros_}; }
  std::string_view id() const override { return id_; }
  int version() const override { return 1; }
  bool supports(const kernels::Problem&, const kernels::Target&) const override { return true; }
  kernels::Ports ports(const kernels::Problem&, const kernels::Target&) const override { return {}; }
  double estimate_ns(const kernels::Problem&, const kernels::Schedule&,
                     const kernels::Target&) const override {
    return 1;
  }
  std::unique_ptr<kernels::Kernel> compile(const kernels::KernelRequest&) const override { return nullptr; }

 private:
  std::string id_;
  bool leaves_zeros_;
};

const Named kWinograd("conv.winograd.t4s4.x"), kDirect("conv.direct.x"), kSparse("conv.sparse.x", true);

Choice choice_of(std::vector<Alternative> alternatives, std::size_t taken = 0) {
  Choice choice;
  choice.problem = kernels::parse_problem(
      "Conv 1x8x2x4x4,c16x8x3x3x3 -> 1x16x2x4x4 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1");
  choice.alternatives = std::move(alternatives);
  choice.take(taken);
  return choice;
}

Alternative alternative(const Named& family, double ms, Source source = Source::tuned) {
  Alternative a;
  a.family = &family;
  a.time_ns = ms * 1e6;
  a.source = source;
  return a;
}

SparsityReport kgs() {
  return {
      .zeros = 0.75, .removed = 0.75, .zero_filters = 0, .sparsity = kernels::parse_sparsity("kgs:8x4:25%")};
}

graph::Node linear(const std::string& op, const std::string& name, graph::Graph& graph,
                   const Shape& weights) {
  graph::Node node{
      op, name, {graph.add_value("x"), graph.add_constant("w", Tensor::allocate({DType::f32, weights}))},
      {}, {},   {}};
  return node;
}

}  // namespace

TEST_CASE("the note says which code runs, and why or why not") {
  const auto note = [](const Choice& choice, bool sparse_code) {
    return step_sparsity(choice, kgs(), {}, sparse_code).note;
  };
  CHECK(note(choice_of({alternative(kSparse, 1.5), alternative(kWinograd, 3)}), true) ==
        "sparse code: 1.5 against 3 ms, conv.winograd.t4s4.x");
  CHECK(note(choice_of({alternative(kWinograd, 3.1), alternative(kSparse, 4), alternative(kDirect, 5)}),
             true) == "dense conv.winograd.t4s4.x is faster: 3.1 against 4 ms");
  CHECK(note(choice_of(
                 {alternative(kWinograd, 3.1, Source::estimate), alternative(kSparse, 4, Source::estimate)}),
             true) == "dense conv.winograd.t4s4.x is faster: 3.1 against 4 ms (estimated)");
  CHECK(note(choice_of({alternative(kSparse, 3), alternative(kWinograd, 3.1)}, 1), true) ==
        "dense conv.winograd.t4s4.x costs less with its neighbours' layouts: 3.1 against 3 ms");
  CHECK(note(choice_of({alternative(kWinograd, 3)}), true) == "sparse code was not measured");
  CHECK(note(choice_of({alternative(kWinograd, 3)}), false) == "no sparse code for this layer");
  CHECK(note(choice_of({alternative(kSparse, 3)}), true) == "sparse code");
}

TEST_CASE("multiply-accumulates are counted in the file, and in what is left to do") {
  const Choice choice = choice_of({alternative(kDirect, 3)});
  const std::int64_t macs = 16 * 8 * 27 * 32;
  const StepSparsity pruned = step_sparsity(choice, kgs(), {.filters = 1, .inputs = 8, .shrunk = 2}, true);
  CHECK(pruned.sparsity == "kgs:8x4:25%");
  CHECK(pruned.unpruned_macs == 2 * macs);
  CHECK(pruned.kept_macs == macs / 4);
  CHECK(pruned.note == "removed 1 filter and 8 input channels; sparse code was not measured");
  const StepSparsity dense = step_sparsity(choice, {}, {}, true);
  CHECK(dense.unpruned_macs == macs);
  CHECK(dense.kept_macs == macs);
  CHECK(dense.note.empty());
  const StepSparsity scattered =
      step_sparsity(choice, {.zeros = 0.61, .removed = 0.2, .zero_filters = 3, .sparsity = {}}, {}, true);
  CHECK(scattered.kept_macs == macs);
  CHECK(scattered.note == "zeros without structure (61 %); 3 filters of zeros left");
}

TEST_CASE("what the passes removed is known without names, whichever side inputs are on") {
  graph::Graph before, after;
  before.nodes = {
      linear("Conv", "", before, Shape{16, 8, 3, 3, 3}), linear("MatMul", "same", before, Shape{40, 10}),
      linear("Conv", "same", before, Shape{4, 4, 1}), linear("Conv", "same", before, Shape{6, 4, 1})};
  after.nodes = {linear("Conv", "", after, Shape{12, 8, 3, 3, 3}),
                 linear("Gemm", "same", after, Shape{10, 30}), linear("Conv", "same", after, Shape{7, 3, 1}),
                 linear("Conv", "", after, Shape{2, 4, 1}), linear("Conv", "new", after, Shape{2, 4, 1})};
  before.number_nodes();
  after.nodes[0].origins = {0};
  after.nodes[1].origins = {1};
  after.nodes[2].origins = {2, 3};
  after.nodes[3].origins = {0, 2};
  const std::vector<RemovedChannels> removed = removed_channels(before, after);
  REQUIRE(removed.size() == 5);
  CHECK(removed[0].filters == 4);
  CHECK(removed[0].inputs == 0);
  CHECK(removed[0].shrunk == doctest::Approx(16.0 / 12));
  CHECK(removed[1].filters == 0);
  CHECK(removed[1].inputs == 10);
  CHECK(removed[2].filters == 3);  // of siblings that became one
  CHECK(removed[2].inputs == 1);
  CHECK(removed[2].shrunk == doctest::Approx(40.0 / 21));
  for (std::size_t i = 3; i < 5; ++i) {
    CHECK(removed[i].filters == 0);
    CHECK(removed[i].shrunk == 1);
  }
}

TEST_CASE("filters are counted in layers without names, with equal ones, and in siblings that are merged") {
  graph::Graph model = graph::parse_graph(R"(input x f32 1x4x2x6x6
const w f32 16x4x1x1x1
const v f32 24x16x1x1x1
const u f32 12x16x1x1x1
const t f32 8x36x3x3x3
a f32 1x16x2x6x6 = Conv(x, w) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
b f32 1x24x2x6x6 = Conv(a, v) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
c f32 1x12x2x6x6 = Conv(a, u) dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
d f32 1x36x2x6x6 = Concat(b, c) axis=1
e f32 1x8x2x6x6 = Conv(d, t) dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1
output e)");
  for (graph::Node& node : model.nodes) {
    if (node.op != "Conv") continue;
    graph::Value& weights = model.value(node.inputs[1]);
    Tensor values = test::random_tensor(weights.desc, 1);
    const std::int64_t filters = weights.name == "w"   ? 3
                                 : weights.name == "v" ? 5
                                 : weights.name == "u" ? 2
                                                       : 0;
    const std::int64_t each = values.elements() / values.shape()[0];
    std::fill_n(values.mutable_values<float>().begin(), filters * each, 0.0f);
    weights.constant = std::move(values);
  }
  for (const char* name : {"", "same"}) {
    for (graph::Node& node : model.nodes) node.name = name;
    SessionOptions options;
    options.tuning.mode = tuner::Mode::off;
    const Session session(model, options);
    std::vector<std::string> notes;
    for (const StepReport& step : session.steps())
      if (step.macs > 0) notes.push_back(step.note);
    CHECK(notes == std::vector<std::string>{"removed 3 filters", "removed 7 filters and 3 input channels",
                                            "removed 7 input channels"});
  }
}

TEST_CASE("a session reports its pruned layers, and all its multiply-accumulates before and after") {
  graph::Graph model = graph::parse_graph(R"(input x f32 1x16x2x6x6
const w f32 32x16x3x3x3
const v f32 24x32x1x1x1
const u f32 8x24x1x1x1
a f32 1x32x2x6x6 = Conv(x, w) "kgs" dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1
b f32 1x24x2x6x6 = Conv(a, v) "filters" dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
c f32 1x8x2x6x6 = Conv(b, u) "last" dilations=1x1x1 group=1 pads=0x0x0x0x0x0 strides=1x1x1
output c)");
  for (graph::Node& node : model.nodes) {
    graph::Value& weights = model.value(node.inputs[1]);
    Tensor values = test::random_tensor(weights.desc, 1);
    if (node.name == "kgs")
      kernels::prune(values, kernels::random_pattern(values.shape(), kernels::Scheme::kgs, 8, 4, 0.25, 2));
    if (node.name == "filters") std::fill_n(values.mutable_values<float>().begin(), 6 * 32, 0.0f);
    weights.constant = std::move(values);
  }
  SessionOptions options;
  options.tuning.mode = tuner::Mode::off;
  const Session session(model, options);
  std::map<std::string, StepReport> steps;
  for (const StepReport& step : session.steps())
    if (step.macs > 0) steps[step.name] = step;
  REQUIRE(steps.size() == 3);
  CHECK(steps["kgs"].sparsity == "kgs:8x4:25%");
  CHECK(steps["kgs"].kept_macs == 8 * 16 * 27 * 72);
  CHECK(steps["kgs"].note != "");
  CHECK(steps["filters"].note == "removed 6 filters");
  CHECK(steps["filters"].macs == 18 * 32 * 72);
  CHECK(steps["filters"].unpruned_macs == 24 * 32 * 72);
  CHECK(steps["last"].note == "removed 6 input channels");
  const SessionStats& stats = session.stats();
  CHECK(stats.unpruned_macs == 72 * (32 * 16 * 27 + 24 * 32 + 8 * 24));
  CHECK(stats.kept_macs == 72 * (8 * 16 * 27 + 18 * 32 + 8 * 18));
  CHECK(stats.detect_ns > 0);
}

}  // namespace rt3d::runtime

TEST_SUITE_END();
