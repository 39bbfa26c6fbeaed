// RT3D_TUNE_BACKGROUND: what an app sees of a session that tunes itself.
#include <doctest/doctest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <thread>
#include <vector>

#include "api/own_process.h"
#include "api/small_net.h"
#include "skip.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

rt3d_session_options self_tuned_options() {
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_BACKGROUND;
  options.background_share = 1;
  return options;
}

rt3d_tuning_state state_of(rt3d_session* session) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  REQUIRE(rt3d_session_get_tuning(&state, session) == RT3D_OK);
  return state;
}

bool runs_right(rt3d_session* session, const std::vector<float>& want) {
  const std::vector<std::byte> input(kInputBytes, std::byte{0x3d});
  if (rt3d_session_set_input(session, 0, input.data(), input.size()) != RT3D_OK) return false;
  if (rt3d_session_run(session) != RT3D_OK) return false;
  const auto* got = static_cast<const float*>(rt3d_session_output(session, 0));
  for (std::size_t i = 0; i < want.size(); ++i)
    if (!(std::abs(got[i] - want[i]) <= 1e-3 * std::abs(want[i]) + 1e-6)) return false;
  return true;
}

std::vector<float> reference_answer(rt3d_model* model) {
  const Session session = make_session(model, quiet_options());
  REQUIRE(runs_right(session.get(), {}));
  const auto* got = static_cast<const float*>(rt3d_session_output(session.get(), 0));
  return {got, got + 5};
}

struct ToldOfPlans {
  std::atomic<int> waiting = 0, finished = 0, wrong = 0;
  std::thread::id caller = std::this_thread::get_id();
  static void callback(void* user, const rt3d_tuning_state* state) {
    auto& told = *static_cast<ToldOfPlans*>(user);
    told.waiting += state->finished == 0;
    told.finished += state->finished == 1;
    told.wrong += state->size != sizeof(rt3d_tuning_state) || std::strcmp(state->error, "") != 0 ||
                  std::this_thread::get_id() == told.caller;
  }
};

}  // namespace

TEST_CASE("a session of RT3D_TUNE_BACKGROUND tunes itself beside its runs, and tells of it") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const std::vector<float> want = reference_answer(model.get());
  ToldOfPlans told;
  rt3d_session_options options = self_tuned_options();
  options.background_slice_ns = 1'000'000;
  options.plan_changed = ToldOfPlans::callback;
  options.plan_changed_user = &told;
  const Session session = make_session(model.get(), options);
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
  CHECK(stats.measurements == 0);
  while (state_of(session.get()).finished == 0) REQUIRE(runs_right(session.get(), want));
  while (state_of(session.get()).resting == 0) std::this_thread::yield();
  REQUIRE(runs_right(session.get(), want));
  const rt3d_tuning_state state = state_of(session.get());
  CHECK(state.share == 1);
  CHECK(state.problems_tuned >= stats.problems);
  CHECK(state.spent_ns > 0);
  CHECK(state.plan_waits == 0);
  CHECK(std::string(state.error) == "");
  CHECK(told.finished == 1);
  CHECK(told.waiting >= state.plans);
  CHECK(told.wrong == 0);
  CHECK(rt3d_session_tune(session.get(), 1) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("thread of its own"));
}

TEST_CASE("tuning is allowed and forbidden from any thread, while the session runs") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const std::vector<float> want = reference_answer(model.get());
  const Session session = make_session(model.get(), self_tuned_options());
  std::atomic<bool> done = false;
  std::atomic<int> failed = 0;
  std::thread thermostat([&] {
    for (int i = 0; !done; ++i) failed += rt3d_session_set_tuning_allowed(session.get(), i % 2) != RT3D_OK;
  });
  for (int run = 0; run < 200; ++run) CHECK(runs_right(session.get(), want));
  done = true;
  thermostat.join();
  CHECK(failed == 0);
  REQUIRE(rt3d_session_set_tuning_allowed(session.get(), 0) == RT3D_OK);
  while (state_of(session.get()).resting == 0) std::this_thread::yield();
  const std::int64_t spent = state_of(session.get()).spent_ns;
  CHECK(runs_right(session.get(), want));
  CHECK(state_of(session.get()).spent_ns == spent);
}

TEST_CASE("what is wrong with tuning in the background is said") {
  const Model model = net_model();
  rt3d_session* made = nullptr;
  const auto refused = [&](const char* field, const auto& set) {
    rt3d_session_options options = self_tuned_options();
    set(options);
    CHECK(rt3d_session_create(&made, model.get(), &options) == RT3D_INVALID_ARGUMENT);
    CHECK(last_error_says(field));
  };
  for (const std::int64_t ns : {std::int64_t{-1}, std::int64_t{1'000'000'001}})
    refused("background_slice_ns", [&](rt3d_session_options& o) { o.background_slice_ns = ns; });
  for (const double share : {-0.1, 1.1, std::nan("")})
    refused("background_share", [&](rt3d_session_options& o) { o.background_share = share; });
  refused("4 background", [](rt3d_session_options& o) { o.tuning = static_cast<rt3d_tuning>(5); });
  const Session fixed = make_session(model.get(), quiet_options());
  CHECK(rt3d_session_set_tuning_allowed(fixed.get(), 1) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("RT3D_TUNE_BACKGROUND"));
  CHECK(rt3d_session_set_tuning_allowed(nullptr, 1) == RT3D_INVALID_ARGUMENT);
  CHECK(state_of(fixed.get()).resting == 1);
}

TEST_CASE("a forked child runs and frees a session that its parent tunes [host only]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const std::vector<float> want = reference_answer(model.get());
  const Session session = make_session(model.get(), self_tuned_options());
  rt3d_session* const s = session.get();
  REQUIRE(rt3d_session_set_tuning_allowed(s, 0) == RT3D_OK);
  while (state_of(s).resting == 0) std::this_thread::yield();
  CHECK(in_child([&] {
          rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
          const bool right = runs_right(s, want) && rt3d_session_set_tuning_allowed(s, 1) == RT3D_OK &&
                             rt3d_session_get_tuning(&state, s) == RT3D_OK && state.finished == 1 &&
                             std::strcmp(state.error, "") != 0 && runs_right(s, want);
          rt3d_session_free(s);
          return right;
        }) == "0");
  CHECK(runs_right(s, want));
}

TEST_SUITE_END();

}  // namespace rt3d::tests
