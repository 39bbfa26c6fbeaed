// Sessions whose inputs change their shapes, and what stays prepared.
#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <set>

#include "base/random.h"
#include "graph/model.h"
#include "jit/jit.h"
#include "runtime/planned_graph.h"
#include "runtime/prepared.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/session.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

// Normalisation is folded anew for each shape: its factors are other tensors each time, with the same values.
constexpr const char* kReshapedNet =
    "graph \"net\"\n"
    "input x f32 ?x8x?x12x12\n"
    "const w1 f32 32x8x3x3x3\nconst b1 f32 32\n"
    "const scale f32 32\nconst shift f32 32\nconst mean f32 32\nconst var f32 32 = 1 1 2 1 1 3 1 1 1 1 1 1 1 "
    "1 1 1 1 1 2 "
    "1 1 3 1 1 1 1 1 1 1 1 1 1\n"
    "a = Conv(x, w1, b1) \"first\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "n = BatchNormalization(a, scale, shift, mean, var) epsilon=0.001\n"
    "r = Relu(n)\n"
    "const w2 f32 32x32x3x3x3\n"
    "c = Conv(r, w2) \"second\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 kernel_shape=3x3x3\n"
    "g = GlobalAveragePool(c)\n"
    "f = Flatten(g) axis=1\n"
    "const w3 f32 10x32\nconst b3 f32 10\n"
    "y = Gemm(f, w3, b3) \"classifier\" transB=1\n"
    "output y\n";

struct ShapedInput {
  ShapedInput(const graph::Graph& model, std::int64_t batch, std::int64_t frames)
      : values(Tensor::allocate({DType::f32, Shape{batch, 8, frames, 12, 12}})) {
    Random random(static_cast<std::uint64_t>(batch * 100 + frames));
    for (float& v : values.mutable_values<float>()) v = random.uniform(-1, 1);
    graph::Graph oracle = model;
    graph::specialize(oracle, {{"x", values.shape()}}, reference_evaluator());
    want = interpret(oracle, {&values, 1})[0];
  }
  double error_in(Session& session) const {
    session.set_input(0, values.bytes());
    session.run();
    Tensor got = Tensor::allocate(session.outputs()[0].desc);
    REQUIRE(got.desc() == want.desc());
    std::memcpy(got.mutable_data(), session.output(0), got.bytes().size());
    return test::relative_error(got, want);
  }
  Tensor values, want;
};

SessionOptions reshaped_options(int kept) {
  SessionOptions options;
  options.threads = 2;
  options.tuning.mode = tuner::Mode::off;
  options.shapes_kept = kept;
  options.input_shapes["x"] = Shape{1, 8, 4, 12, 12};
  return options;
}

}  // namespace

TEST_CASE("a hundred changes of shape: each is right, and what was there before is not prepared again") {
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  std::vector<ShapedInput> inputs;
  for (const std::int64_t batch : {1, 2})
    for (const std::int64_t frames : {2, 4, 7}) inputs.emplace_back(model, batch, frames);
  Session session(model, reshaped_options(static_cast<int>(inputs.size())));
  std::map<std::size_t, const StepReport*> prepared;
  std::int64_t code_bytes = 0;
  Random random(18);
  double worst = 0;
  int again = 0;
  for (int visit = 0; visit < 100; ++visit) {
    const std::size_t i =
        visit < static_cast<int>(inputs.size())
            ? static_cast<std::size_t>(visit)
            : static_cast<std::size_t>(random.below(static_cast<std::int64_t>(inputs.size())));
    session.reshape({{"x", inputs[i].values.shape()}});
    worst = std::max(worst, inputs[i].error_in(session));
    const auto [known, fresh] = prepared.try_emplace(i, session.steps().data());
    CHECK(known->second == session.steps().data());
    again += !fresh;
    if (fresh)
      code_bytes = static_cast<std::int64_t>(jit::code_bytes());
    else
      CHECK(static_cast<std::int64_t>(jit::code_bytes()) == code_bytes);
  }
  CHECK(worst < 2e-5);
  CHECK(again > 80);
}

TEST_CASE("more shapes than are kept: the one that was used longest ago is prepared again") {
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  const ShapedInput two(model, 1, 2), four(model, 1, 4), seven(model, 1, 7);
  for (const int kept : {1, 2}) {
    Session session(model, reshaped_options(kept));
    for (const ShapedInput* input : {&four, &two, &four, &seven, &two, &seven, &four}) {
      session.reshape({{"x", input->values.shape()}});
      CHECK(input->error_in(session) < 2e-5);
    }
  }
}

TEST_CASE("plans for several shapes hold packed weights once, and rest without activations") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  const WithEnv force("RT3D_FORCE", cat("conv.direct.", isa_name(this_device().isa)));
  const SessionOptions options = reshaped_options(2);
  const auto platform = std::make_shared<Platform>(options);
  SessionOptions other = options;
  other.input_shapes["x"] = Shape{1, 8, 7, 12, 12};
  const Prepared a(platform, std::make_shared<NormalForm>(model, options), options);
  const Prepared b(platform, std::make_shared<NormalForm>(model, other), other);
  std::set<std::shared_ptr<const void>> packed;
  for (const auto& kernel : a.program.kernels) packed.insert(kernel->packed());
  int shared = 0;
  for (const auto& kernel : b.program.kernels)
    shared += kernel->packed() && packed.contains(kernel->packed());
  CHECK(shared >= 2);  // of both convolutions
}

TEST_CASE("after a change of shape inputs are wanted again, and there is no output") {
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  const ShapedInput four(model, 1, 4), two(model, 1, 2);
  Session session(model, reshaped_options(2));
  CHECK(four.error_in(session) < 2e-5);
  session.reshape({{"x", four.values.shape()}});  // the same: nothing changes
  CHECK(session.output(0) != nullptr);
  session.reshape({{"x", two.values.shape()}});
  CHECK(session.inputs()[0].desc.shape == two.values.shape());
  CHECK(session.output(0) == nullptr);
  CHECK_THROWS_WITH_AS(session.run(), doctest::Contains("was never set"), Error);
  CHECK(two.error_in(session) < 2e-5);
  session.reshape({{"x", four.values.shape()}});
  CHECK(session.output(0) == nullptr);
  CHECK_THROWS_WITH_AS(session.run(), doctest::Contains("was never set"), Error);
  CHECK(four.error_in(session) < 2e-5);
}

TEST_CASE("a change of shape that fails changes nothing") {
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  const ShapedInput four(model, 1, 4);
  Session session(model, reshaped_options(2));
  CHECK(four.error_in(session) < 2e-5);
  CHECK_THROWS_AS(session.reshape({{"x", Shape{1, 9, 4, 12, 12}}}), Error);
  CHECK_THROWS_AS(session.reshape({{"z", Shape{1}}}), Error);
  CHECK(session.output(0) != nullptr);
  session.run();
  CHECK(four.error_in(session) < 2e-5);
  session.set_input(0, four.values.bytes());
  session.start();
  CHECK_THROWS_WITH_AS(session.reshape({{"x", Shape{1, 8, 2, 12, 12}}}), doctest::Contains("not waited for"),
                       Error);
  session.wait();
  Session fixed(model, reshaped_options(0));
  CHECK_THROWS_WITH_AS(fixed.reshape({{"x", Shape{1, 8, 2, 12, 12}}}), doctest::Contains("shapes_kept"),
                       Error);
}

TEST_CASE("a session that is tuned later goes on with each shape's problems [slow: aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kReshapedNet);
  const ShapedInput four(model, 1, 4), two(model, 2, 2);
  SessionOptions options = reshaped_options(2);
  options.tune_later = true;
  options.tuning.mode = tuner::Mode::quick;
  std::chrono::steady_clock::time_point ticks{};
  options.tuning.now = [&] { return ticks += std::chrono::microseconds(10); };
  Session session(model, options);
  for (const ShapedInput* input : {&four, &two, &four, &two}) {
    session.reshape({{"x", input->values.shape()}});
    session.tune(std::chrono::milliseconds(1));
    CHECK(input->error_in(session) < 1e-4);
    CHECK(session.tune(std::chrono::hours(1)));
    CHECK(input->error_in(session) < 1e-4);
    CHECK(session.stats().from_database > 0);
  }
  session.reshape({{"x", four.values.shape()}});
  CHECK(session.tune(std::chrono::hours(1)));
  CHECK(session.tuning_state().problems_tuned == 0);  // all are known
}

}  // namespace rt3d::runtime
