// What a session refuses: inputs that were never set, a second thread, and running what was only planned.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "api/small_net.h"
#include "graph/model.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

const std::vector<float>& grey_clip() {
  static const std::vector<float> values(kInputBytes / sizeof(float), 0.25f);
  return values;
}

Model model_of(const std::string& text) {
  const Folder folder;
  graph::save_onnx(graph::parse_graph(text), folder / "net.onnx");
  rt3d_model* model = nullptr;
  REQUIRE(rt3d_model_load(&model, (folder / "net.onnx").c_str()) == RT3D_OK);
  return {model, rt3d_model_free};
}

}  // namespace

TEST_CASE("a run before every input is set is refused, naming the input; one that is set stays set") {
  const Model model = model_of(
      "graph \"two\"\ninput left f32 1x2x3x4x4\ninput right f32 1x2x3x4x4\n"
      "y f32 1x2x3x4x4 = Add(left, right)\noutput y\n");
  const Session session = make_session(model.get(), quiet_options());
  std::vector<float> values(2 * 3 * 4 * 4, 2.0f);
  const std::size_t bytes = values.size() * sizeof(float);
  CHECK(rt3d_session_run(session.get()) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("'left'"));
  CHECK(last_error_says("1 more"));
  CHECK(rt3d_session_output(session.get(), 0) == nullptr);
  REQUIRE(rt3d_session_set_input(session.get(), 0, values.data(), bytes) == RT3D_OK);
  CHECK(rt3d_session_set_input(session.get(), 1, values.data(), bytes - 4) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_run(session.get()) == RT3D_INVALID_ARGUMENT);
  CHECK(last_error_says("input 1, 'right' (f32 1x2x3x4x4)"));
  REQUIRE(rt3d_session_set_input(session.get(), 1, values.data(), bytes) == RT3D_OK);
  const auto sum = [&] { return static_cast<const float*>(rt3d_session_output(session.get(), 0))[95]; };
  REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
  CHECK(sum() == 4.0f);
  values.assign(values.size(), 5.0f);
  REQUIRE(rt3d_session_set_input(session.get(), 1, values.data(), bytes) == RT3D_OK);
  REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
  REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
  CHECK(sum() == 7.0f);
}

TEST_CASE("a call that finds the session in use by another thread is refused as busy, and disturbs nothing") {
  const Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.threads = 2;
  options.profile = 1;
  const Session session = make_session(model.get(), options);
  rt3d_session* const s = session.get();
  REQUIRE(rt3d_session_set_input(s, 0, grey_clip().data(), kInputBytes) == RT3D_OK);
  REQUIRE(rt3d_session_run(s) == RT3D_OK);
  const std::vector<float> wanted(static_cast<const float*>(rt3d_session_output(s, 0)),
                                  static_cast<const float*>(rt3d_session_output(s, 0)) + 5);
  std::atomic<bool> enough{false};
  std::atomic<int> runs{0}, wrong{0};
  std::thread runner([&] {
    while (!enough) {
      const rt3d_status status = rt3d_session_run(s);
      if (status == RT3D_BUSY) continue;
      if (status != RT3D_OK ||
          !std::equal(wanted.begin(), wanted.end(), static_cast<const float*>(rt3d_session_output(s, 0))))
        ++wrong;
      ++runs;
    }
  });
  // Each of the calls until it has met a run; some of so many runs it does, on a slow machine as on a fast one.
  rt3d_step_info step = RT3D_STEP_INFO_INIT;
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  std::array<int, 5> busy{};
  const auto all_met = [&] { return std::all_of(busy.begin(), busy.end(), [](int n) { return n > 0; }); };
  constexpr int kManyRuns = 1'000'000;
  while (!all_met() && runs < kManyRuns) {
    const auto count = [&](std::size_t call, bool refused) {
      busy[call] += refused;
      if (refused && !last_error_says("busy")) ++wrong;
    };
    count(0, rt3d_session_set_input(s, 0, grey_clip().data(), kInputBytes) == RT3D_BUSY);
    count(1, rt3d_session_step(&step, s, 0) == RT3D_BUSY);
    count(2, rt3d_session_plan_text(s) == nullptr);
    count(3, rt3d_session_graph_text(s) == nullptr);
    count(4, rt3d_session_get_stats(&stats, s) == RT3D_BUSY);
  }
  enough = true;
  runner.join();
  CHECK(all_met());
  CHECK(runs > 0);
  CHECK(wrong == 0);
  CHECK(std::string(rt3d_status_name(RT3D_BUSY)) == "busy");
}

TEST_CASE(
    "a run in two calls gives what one gives; between them inputs and another run are refused and there is "
    "no output") {
  const Model model = net_model();
  int devices = 0;
  for (int i = 0; i < rt3d_device_count(); ++i) {
    rt3d_device_info device = RT3D_DEVICE_INFO_INIT;
    REQUIRE(rt3d_device(&device, i) == RT3D_OK);
    if (device.available == 0) continue;
    CAPTURE(device.name);
    ++devices;
    for (const int profile : {0, 1}) {
      rt3d_session_options options = quiet_options();
      options.device = device.name;
      options.profile = profile;
      const Session session = make_session(model.get(), options);
      rt3d_session* const s = session.get();
      CHECK(rt3d_session_wait(s) == RT3D_INVALID_ARGUMENT);
      CHECK(last_error_says("nothing to wait for"));
      CHECK(rt3d_session_start(s) == RT3D_INVALID_ARGUMENT);  // no input yet
      CHECK(rt3d_session_wait(s) == RT3D_INVALID_ARGUMENT);
      REQUIRE(rt3d_session_set_input(s, 0, grey_clip().data(), kInputBytes) == RT3D_OK);
      REQUIRE(rt3d_session_run(s) == RT3D_OK);
      const auto* output = static_cast<const float*>(rt3d_session_output(s, 0));
      const std::vector<float> wanted(output, output + 5);
      for (int again = 0; again < 2; ++again) {
        REQUIRE(rt3d_session_start(s) == RT3D_OK);
        CHECK(rt3d_session_output(s, 0) == nullptr);
        CHECK(rt3d_session_set_input(s, 0, grey_clip().data(), kInputBytes) == RT3D_BUSY);
        CHECK(last_error_says("not waited for"));
        CHECK(rt3d_session_run(s) == RT3D_BUSY);
        CHECK(rt3d_session_start(s) == RT3D_BUSY);
        rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
        CHECK(rt3d_session_get_stats(&stats, s) == RT3D_OK);
        REQUIRE(rt3d_session_wait(s) == RT3D_OK);
        CHECK(rt3d_session_wait(s) == RT3D_INVALID_ARGUMENT);
        output = static_cast<const float*>(rt3d_session_output(s, 0));
        REQUIRE(output != nullptr);
        CHECK(std::equal(wanted.begin(), wanted.end(), output));
      }
      REQUIRE(rt3d_session_start(s) == RT3D_OK);  // and is freed
    }
  }
  CHECK(devices >= 2);
  CHECK(rt3d_session_start(nullptr) == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_session_wait(nullptr) == RT3D_INVALID_ARGUMENT);
}

TEST_CASE("a session that only plans describes what a whole one is, and refuses to be run") {
  for (const auto accuracy : {RT3D_ACCURACY_EXACT, RT3D_ACCURACY_DEFAULT}) {
    const Model model = net_model();
    rt3d_session_options options = quiet_options();
    options.accuracy = accuracy;
    const Session whole = make_session(model.get(), options);
    options.plan_only = 1;
    const Session planned = make_session(model.get(), options);
    CHECK(rt3d_session_set_input(planned.get(), 0, grey_clip().data(), kInputBytes) == RT3D_INVALID_ARGUMENT);
    CHECK(last_error_says("plan_only"));
    CHECK(rt3d_session_run(planned.get()) == RT3D_INVALID_ARGUMENT);
    CHECK(last_error_says("plan_only"));
    CHECK(rt3d_session_output(planned.get(), 0) == nullptr);
    CHECK(std::string(rt3d_session_plan_text(planned.get())) == rt3d_session_plan_text(whole.get()));
    CHECK(std::string(rt3d_session_graph_text(planned.get())) == rt3d_session_graph_text(whole.get()));
    REQUIRE(rt3d_session_step_count(planned.get()) == rt3d_session_step_count(whole.get()));
    rt3d_step_info step = RT3D_STEP_INFO_INIT;
    CHECK(rt3d_session_step(&step, planned.get(), 0) == RT3D_OK);
    CHECK(step.last_ns == 0);
    rt3d_session_stats a = RT3D_SESSION_STATS_INIT, b = RT3D_SESSION_STATS_INIT;
    REQUIRE(rt3d_session_get_stats(&a, planned.get()) == RT3D_OK);
    REQUIRE(rt3d_session_get_stats(&b, whole.get()) == RT3D_OK);
    CHECK(a.arena_bytes == b.arena_bytes);
    CHECK(a.tensor_bytes == b.tensor_bytes);
    // Which of them are used as the model holds them, only packing tells.
    CHECK(a.packed_weight_bytes + a.model_weight_bytes == b.packed_weight_bytes + b.model_weight_bytes);
    CHECK(a.macs == b.macs);
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
