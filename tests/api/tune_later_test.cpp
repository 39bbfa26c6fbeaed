// rt3d_session_tune: what an app sees of tuning between its runs.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "api/small_net.h"
#include "skip.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

rt3d_session_options later_options() {
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_LATER;
  options.database = "";
  return options;
}

std::vector<float> answer_of(rt3d_session* session) {
  REQUIRE(rt3d_session_run(session) == RT3D_OK);
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  REQUIRE(rt3d_session_output_info(&info, session, 0) == RT3D_OK);
  std::size_t elements = 1;
  for (int i = 0; i < info.rank; ++i) elements *= static_cast<std::size_t>(info.dims[i]);
  std::vector<float> values(elements);
  std::memcpy(values.data(), rt3d_session_output(session, 0), elements * sizeof(float));
  return values;
}

}  // namespace

TEST_CASE(
    "a session of RT3D_TUNE_LATER answers at once, and is tuned in slices between runs [slow: aarch64]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  const Session session = make_session(model.get(), later_options());
  const std::vector<std::byte> input(kInputBytes, std::byte{0x3d});
  REQUIRE(rt3d_session_set_input(session.get(), 0, input.data(), input.size()) == RT3D_OK);
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
  CHECK(stats.measurements == 0);
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  REQUIRE(rt3d_session_get_tuning(&state, session.get()) == RT3D_OK);
  CHECK(state.finished == 0);
  CHECK(state.share == 0);
  const std::vector<float> want = answer_of(session.get());
  int plans = 0;
  while (state.finished == 0) {
    REQUIRE(rt3d_session_tune(session.get(), 2'000'000) == RT3D_OK);
    REQUIRE(rt3d_session_get_tuning(&state, session.get()) == RT3D_OK);
    plans += state.plan_waits;
    const std::vector<float> got = answer_of(session.get());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-3));
  }
  REQUIRE(rt3d_session_get_tuning(&state, session.get()) == RT3D_OK);
  CHECK(state.share == 1);
  CHECK(state.problems_tuned >= stats.problems);
  CHECK(state.spent_ns > 0);
  CHECK(state.plans == plans);
  CHECK(state.plan_waits == 0);
}

TEST_CASE("rt3d_session_tune says what is wrong") {
  const Model model = net_model();
  const Session fixed = make_session(model.get(), quiet_options());
  CHECK(rt3d_session_tune(fixed.get(), 1) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("RT3D_TUNE_LATER"));
  CHECK(rt3d_session_tune(nullptr, 1) == RT3D_INVALID_ARGUMENT);
  const Session later = make_session(model.get(), later_options());
  CHECK(rt3d_session_tune(later.get(), -1) == RT3D_INVALID_ARGUMENT);
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  REQUIRE(rt3d_session_get_tuning(&state, fixed.get()) == RT3D_OK);
  CHECK(state.finished == 1);
}

TEST_CASE("tuning later is cancelled and ended by the answer to progress [slow: aarch64]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Model model = net_model();
  rt3d_session_options options = later_options();
  int answer = RT3D_TUNING_CANCELLED;
  options.progress_user = &answer;
  options.progress = [](void* user, const rt3d_progress*) -> int { return *static_cast<int*>(user); };
  const Session session = make_session(model.get(), options);
  constexpr std::int64_t kLong = 3'600'000'000'000;  // it ends sooner
  CHECK(rt3d_session_tune(session.get(), kLong) == RT3D_CANCELLED);
  answer = RT3D_TUNING_IS_ENOUGH;
  CHECK(rt3d_session_tune(session.get(), kLong) == RT3D_OK);
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  REQUIRE(rt3d_session_get_tuning(&state, session.get()) == RT3D_OK);
  CHECK(state.finished == 1);
}

TEST_SUITE_END();

}  // namespace rt3d::tests
