// Sessions that a thread of their own tunes while they run. No test waits for less than the end of something.
#include <doctest/doctest.h>

#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "graph/model.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/session.h"
#include "scratch_folder.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kBackgroundNet =
    "graph \"net\"\n"
    "input x f32 ?x8x2x10x10\n"
    "const w f32 16x8x3x3x3\n"
    "c = Conv(x, w) \"conv\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 kernel_shape=3x3x3\n"
    "r = Relu(c)\n"
    "const v f32 16x16x3x3x3\n"
    "d = Conv(r, v) \"next\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 kernel_shape=3x3x3\n"
    "p = MaxPool(d) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0 dilations=1x1x1\n"
    "output p\n";

SessionOptions background_options(std::int64_t batch = 1) {
  SessionOptions options;
  options.threads = 2;
  options.tune_later = options.tune_in_background = true;
  options.tuning.mode = tuner::Mode::quick;
  options.background.share = 1;
  options.input_shapes["x"] = Shape{batch, 8, 2, 10, 10};
  return options;
}

// An input with what comes of it.
struct Answered {
  explicit Answered(const graph::Graph& model, std::int64_t batch = 1) {
    graph::Graph fixed = model;
    graph::specialize(fixed, {{"x", Shape{batch, 8, 2, 10, 10}}}, reference_evaluator());
    input = test::random_inputs(fixed, 4).at(0);
    want = interpret(fixed, {&input, 1}).at(0);
  }
  void check(Session& session) const {
    session.set_input(0, input.bytes());
    session.run();
    Tensor got = Tensor::allocate(session.outputs()[0].desc);
    REQUIRE(got.desc() == want.desc());
    std::memcpy(got.mutable_data(), session.output(0), got.bytes().size());
    CHECK(test::relative_error(got, want) < 2e-5);
  }
  Tensor input, want;
};

template <typename Ready>
void wait_until(const Ready& ready) {
  while (!ready()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

TEST_CASE("a session is tuned while it runs, is right all the time, and comes to what is remembered") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const tests::ScratchFolder folder;
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  const Answered answered(model);
  SessionOptions options = background_options();
  options.database = folder.path() / "tuning.db";
  std::mutex mutex;
  std::vector<LaterTuningState> told;
  std::atomic<bool> by_the_caller = false;
  options.background.changed = [&, caller = std::this_thread::get_id()](const LaterTuningState& state) {
    const std::lock_guard lock(mutex);
    told.push_back(state);
    by_the_caller = by_the_caller || std::this_thread::get_id() == caller;
  };
  Session session(model, options);
  CHECK(session.stats().measurements == 0);
  CHECK(session.stats().estimated > 0);
  CHECK_FALSE(session.tuning_state().finished);
  double share = 0;
  for (LaterTuningState state; !state.finished;) {
    answered.check(session);
    state = session.tuning_state();
    CHECK(state.share >= share);
    share = state.share;
  }
  wait_until([&] { return session.tuning_state().resting; });
  answered.check(session);
  const LaterTuningState state = session.tuning_state();
  CHECK(state.share == 1);
  CHECK(state.error.empty());
  CHECK(state.spent_ns > 0);
  CHECK(state.fastest_ns > 0);
  CHECK(state.fastest_ns <= state.estimated_ns);
  CHECK(state.problems_tuned == session.stats().problems);
  CHECK_FALSE(state.plan_waits);
  CHECK_FALSE(by_the_caller);
  REQUIRE(told.size() > 0);
  CHECK(told.back().finished);
  for (std::size_t i = 0; i + 1 < told.size(); ++i) CHECK_FALSE(told[i].finished);
  CHECK(state.plans <= static_cast<int>(told.size()) - 1);
  CHECK((state.plans > 0) == (told.size() > 1));
  options.tune_later = options.tune_in_background = false;
  options.tuning.mode = tuner::Mode::off;
  const Session next(model, options);
  CHECK(next.stats().from_database == next.stats().problems);
  REQUIRE(next.steps().size() == session.steps().size());
  for (std::size_t i = 0; i < next.steps().size(); ++i) {
    CHECK(next.steps()[i].family == session.steps()[i].family);
    CHECK(next.steps()[i].schedule == session.steps()[i].schedule);
  }
}

TEST_CASE("nothing is measured while it is not allowed") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  const Answered answered(model);
  SessionOptions options = background_options();
  std::atomic<int> candidates = 0;
  options.tuning.progress = [&](const TuningProgress&) { return ++candidates, tuner::Answer::go_on; };
  Session session(model, options);
  for (int round = 0; round < 3; ++round) {
    session.allow_tuning(false);
    session.allow_tuning(false);
    wait_until([&] { return session.tuning_state().resting; });
    const int before = candidates;
    const std::int64_t spent = session.tuning_state().spent_ns;
    for (int run = 0; run < 5; ++run) answered.check(session);
    CHECK(candidates == before);
    CHECK(session.tuning_state().spent_ns == spent);
    if (session.tuning_state().finished) break;
    session.allow_tuning(true);
    wait_until([&] { return candidates > before || session.tuning_state().finished; });
  }
  session.allow_tuning(true);
  wait_until([&] { return session.tuning_state().finished; });
  answered.check(session);
}

TEST_CASE("sessions that are tuned can be destroyed at any moment") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  const Answered answered(model);
  for (int moment = 0; moment < 8; ++moment) {
    std::atomic<int> candidates = 0;
    SessionOptions options = background_options();
    options.tuning.progress = [&](const TuningProgress&) { return ++candidates, tuner::Answer::go_on; };
    Session session(model, options);
    if (moment % 2 == 1) answered.check(session);
    wait_until([&] { return candidates >= moment / 2 || session.tuning_state().finished; });
  }
}

TEST_CASE("a session that is tuned is reshaped, and goes on with the tuning of its new shape") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  const std::map<std::int64_t, Answered> answered{{1, Answered(model, 1)}, {2, Answered(model, 2)}};
  SessionOptions options = background_options();
  options.shapes_kept = 2;
  std::atomic<int> candidates = 0;
  options.tuning.progress = [&](const TuningProgress&) { return ++candidates, tuner::Answer::go_on; };
  Session session(model, options);
  std::int64_t batch = 1;
  for (int change = 0; change < 10; ++change) {
    const int before = candidates;
    answered.at(batch).check(session);
    wait_until([&] { return candidates > before || session.tuning_state().finished; });
    batch = 3 - batch;
    session.reshape({{"x", Shape{batch, 8, 2, 10, 10}}});
  }
  wait_until([&] { return session.tuning_state().finished; });
  answered.at(batch).check(session);
  CHECK(session.tuning_state().error.empty());
}

TEST_CASE("an error ends the tuning, and no run hears of it") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  const Answered answered(model);
  SessionOptions options = background_options();
  options.tuning.progress = [](const TuningProgress&) -> tuner::Answer {
    throw std::runtime_error("the callback fell");
  };
  Session session(model, options);
  while (!session.tuning_state().finished) answered.check(session);
  CHECK(session.tuning_state().error == "the callback fell");
  answered.check(session);
}

TEST_CASE("the answer to progress pauses tuning in the background, and ends it") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  SessionOptions options = background_options();
  std::atomic<tuner::Answer> answer = tuner::Answer::cancel;
  std::atomic<int> asked = 0;
  options.tuning.progress = [&](const TuningProgress&) { return ++asked, answer.load(); };
  Session session(model, options);
  for (int times = 1; times < 3; ++times) {
    wait_until([&] { return asked >= times && session.tuning_state().resting; });
    CHECK(asked == times);
    CHECK_FALSE(session.tuning_state().finished);
    if (times == 2) answer = tuner::Answer::stop;
    session.allow_tuning(true);
  }
  wait_until([&] { return session.tuning_state().finished; });
  CHECK(asked == 3);
  CHECK(session.tuning_state().error.empty());
}

TEST_CASE("who tunes is the session's thread or the caller, not both") {
  const graph::Graph model = graph::parse_graph(kBackgroundNet);
  SessionOptions options = background_options();
  Session session(model, options);
  CHECK_THROWS_WITH_AS(session.tune({}), doctest::Contains("a thread of its own"), Error);
  options.tune_in_background = false;
  Session later(model, options);
  CHECK_THROWS_WITH_AS(later.allow_tuning(true), doctest::Contains("in the background"), Error);
  CHECK(later.tuning_state().resting);
}

TEST_SUITE_END();

}  // namespace rt3d::runtime
