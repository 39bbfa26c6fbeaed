// Sessions that are tuned after they were created, in slices of time.
#include <doctest/doctest.h>

#include <cstring>

#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/session.h"
#include "scratch_folder.h"
#include "skip.h"

TEST_SUITE_BEGIN("runtime");

namespace rt3d::runtime {
namespace {

constexpr const char* kLaterNet =
    "graph \"net\"\n"
    "input x f32 1x8x2x10x10\n"
    "const w f32 16x8x3x3x3\n"
    "c f32 1x16x2x10x10 = Conv(x, w) \"conv\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "r f32 1x16x2x10x10 = Relu(c)\n"
    "const v f32 16x16x3x3x3\n"
    "d f32 1x16x2x10x10 = Conv(r, v) \"next\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "p f32 1x16x1x5x5 = MaxPool(d) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0 dilations=1x1x1\n"
    "output p\n";

// A clock that moves a little whenever it is asked.
struct TickingClock {
  std::chrono::steady_clock::time_point now{};
  int asked = 0;
};

SessionOptions later_options(TickingClock& clock, tuner::Mode mode = tuner::Mode::quick) {
  SessionOptions options;
  options.threads = 1;
  options.tune_later = true;
  options.tuning.mode = mode;
  options.tuning.now = [&clock] {
    ++clock.asked;
    return clock.now += std::chrono::microseconds(10);
  };
  return options;
}

std::vector<float> run_later(Session& session, const Tensor& input) {
  session.set_input(0, input.bytes());
  session.run();
  const auto* y = reinterpret_cast<const float*>(session.output(0));
  return {y, y + session.outputs()[0].desc.shape.elements()};
}

double worst_of(const std::vector<float>& got, const Tensor& want) {
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst,
                     std::fabs(static_cast<double>(got[i]) - static_cast<double>(want.values<float>()[i])));
  return worst;
}

}  // namespace

TEST_CASE(
    "a session that is tuned later measures nothing at first, and is right at every step [slow: aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const tests::ScratchFolder folder;
  const graph::Graph model = graph::parse_graph(kLaterNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  const Tensor want = interpret(model, {&input, 1}).at(0);
  for (const tuner::Mode mode : {tuner::Mode::quick, tuner::Mode::full}) {
    TickingClock clock;
    SessionOptions options = later_options(clock, mode);
    options.database = folder.path() / (mode == tuner::Mode::quick ? "quick.db" : "full.db");
    Session session(model, options);
    CHECK(session.stats().measurements == 0);
    CHECK(session.stats().estimated > 0);
    CHECK(clock.asked == 0);
    CHECK_FALSE(session.tune({}));
    CHECK(session.tuning_state().problems_tuned == 0);
    int slices = 0, plans = 0;
    double share = 0;
    for (bool finished = false; !finished; ++slices) {
      const bool waits = session.tuning_state().plan_waits;
      CHECK(worst_of(run_later(session, input), want) < 1e-4);
      plans += waits;
      const LaterTuningState state = session.tuning_state();
      CHECK_FALSE(state.plan_waits);
      CHECK(state.plans == plans);
      CHECK(state.share >= share);
      share = state.share;
      finished = session.tune(std::chrono::microseconds(200));
    }
    CHECK(slices > 5);
    const LaterTuningState state = session.tuning_state();
    CHECK(state.finished);
    CHECK(state.share == 1);
    CHECK(state.fastest_ns > 0);
    CHECK(state.fastest_ns <= state.estimated_ns);
    CHECK(state.problems_tuned == session.stats().problems * (mode == tuner::Mode::quick ? 1 : 2));
    CHECK(worst_of(run_later(session, input), want) < 1e-4);
    const int asked = clock.asked;
    CHECK(session.tune(std::chrono::hours(1)));
    CHECK(clock.asked <= asked + 3);
    // What was found is remembered: the next session comes to the same plan.
    SessionOptions remembered;
    remembered.threads = 1;
    remembered.tuning.mode = tuner::Mode::off;
    remembered.database = options.database;
    const Session next(model, remembered);
    CHECK(next.stats().from_database == next.stats().problems);
    CHECK(next.steps().size() == session.steps().size());
    for (std::size_t i = 0; i < next.steps().size() && i < session.steps().size(); ++i) {
      CHECK(next.steps()[i].family == session.steps()[i].family);
      CHECK(next.steps()[i].schedule == session.steps()[i].schedule);
    }
  }
}

TEST_CASE("without a file what is tuned later is remembered by the session [slow: aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kLaterNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  const Tensor want = interpret(model, {&input, 1}).at(0);
  TickingClock clock;
  Session session(model, later_options(clock));
  CHECK(session.tune(std::chrono::hours(1)));
  CHECK(worst_of(run_later(session, input), want) < 1e-4);
  if (session.tuning_state().plans > 0) CHECK(session.stats().from_database > 0);
}

TEST_CASE("tuning later is cancelled, goes on, and ends when it is enough [slow: aarch64]") {
  if (this_device().isa == Isa::none) RT3D_SKIP("no code is generated for this CPU");
  const graph::Graph model = graph::parse_graph(kLaterNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  const Tensor want = interpret(model, {&input, 1}).at(0);
  TickingClock clock;
  SessionOptions options = later_options(clock, tuner::Mode::full);
  tuner::Answer answer = tuner::Answer::cancel;
  int reports = 0;
  options.tuning.progress = [&](const TuningProgress&) { return ++reports, answer; };
  Session session(model, options);
  for (int i = 1; i < 3; ++i) {
    try {
      session.tune(std::chrono::hours(1));
      FAIL("must throw");
    } catch (const Error& error) {
      CHECK(error.code() == Code::cancelled);
    }
    CHECK(reports == i);
    CHECK(worst_of(run_later(session, input), want) < 1e-4);
  }
  answer = tuner::Answer::stop;
  CHECK(session.tune(std::chrono::hours(1)));
  CHECK(reports == 3);
  CHECK(session.tuning_state().finished);
  CHECK(session.tune(std::chrono::hours(1)));
  CHECK(reports == 3);
  CHECK(worst_of(run_later(session, input), want) < 1e-4);
}

TEST_CASE("tune() is refused where it cannot be") {
  const graph::Graph model = graph::parse_graph(kLaterNet);
  const Tensor input = test::random_inputs(model, 4).at(0);
  TickingClock clock;
  SessionOptions options = later_options(clock);
  Session session(model, options);
  session.set_input(0, input.bytes());
  session.start();
  CHECK_THROWS_WITH_AS(session.tune({}), doctest::Contains("not waited for"), Error);
  session.wait();
  options.tune_later = false;
  options.tuning.mode = tuner::Mode::off;
  Session fixed(model, options);
  CHECK_THROWS_WITH_AS(fixed.tune({}), doctest::Contains("not created to be tuned later"), Error);
  CHECK(fixed.tuning_state().finished);
}

}  // namespace rt3d::runtime
