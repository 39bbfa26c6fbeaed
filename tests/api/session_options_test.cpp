// Options of sessions: refused ones, older structs, tuning, accuracy.
#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <string>

#include "api/small_net.h"
#include "base/device.h"
#include "graph/model.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {

TEST_CASE("wrong session options are refused with what would do") {
  Model model = net_model();
  rt3d_session* session = nullptr;
  const auto refused = [&](auto&& change, const char* says) {
    rt3d_session_options options = quiet_options();
    change(options);
    const rt3d_status status = rt3d_session_create(&session, model.get(), &options);
    INFO(rt3d_last_error());
    return session == nullptr && (status == RT3D_INVALID_ARGUMENT || status == RT3D_UNSUPPORTED) &&
           last_error_says(says);
  };
  CHECK(refused([](auto& o) { o.size = 0; }, "RT3D_SESSION_OPTIONS_INIT"));
  for (const char* devices : {"gpu", "cpu,gpu", "", "cpu,", ",cpu", "cpu,cpu", "cpu:1", "opencl:x"})
    CHECK(refused([&](auto& o) { o.device = devices; },
                  "; known are 'cpu', 'reference', 'opencl', and 'auto' alone or as 'auto,opencl:N'"));
  CHECK(refused([](auto& o) { o.isa = "mmx"; }, "mmx"));
  CHECK(refused([](auto& o) { o.threads = -2; }, "-2"));
  CHECK(refused([](auto& o) { o.tuning = static_cast<rt3d_tuning>(9); }, "9"));
  CHECK(refused([](auto& o) { o.tuning_limit_ms = -7; }, "-7"));
  CHECK(refused([](auto& o) { o.accuracy = static_cast<rt3d_accuracy>(3); }, "no accuracy 3"));
  CHECK(refused([](auto& o) { o.weight_limit_bytes = -3; }, "-3"));
  CHECK(refused([](auto& o) { o.input_shape_count = 1; }, "input_shapes"));
  CHECK(refused([](auto& o) { o.input_shape_count = -1; }, "-1"));
  constexpr std::size_t kSize = sizeof(rt3d_tensor_info);
  rt3d_tensor_info shape{kSize, "x", RT3D_F32, 9, {1}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "rank 9"));
  shape = {kSize, "x", RT3D_F32, 2, {1, -4}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "positive"));
  shape = {kSize, nullptr, RT3D_F32, 1, {1}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "name"));
}

TEST_CASE("a session of several devices computes on them, says so, and keeps what it measures") {
  const Folder folder;
  const Model model = net_model();
  const WithEnv cache("XDG_CACHE_HOME", folder.path().string());
  const std::string file = folder / "rt3d/tuning.db", cpu = rt3d_device_text();
  struct Row {
    const char* devices;
    std::string text;
    bool measures;
  };
  for (const Row& row :
       {Row{"reference", "reference", false}, Row{"cpu", cpu, true},
        Row{"cpu,reference", cpu + "; reference", true}, Row{"reference,cpu", "reference; " + cpu, true}}) {
    CAPTURE(row.devices);
    std::filesystem::remove(file);
    rt3d_session_options options = quiet_options();
    options.device = row.devices;
    options.database = nullptr;
    options.tuning = RT3D_TUNE_QUICK;
    options.tuning_limit_ms = 1000;
    const Session session = make_session(model.get(), options);
    CHECK(rt3d_session_device_text(session.get()) == row.text);
    if (rt3d_device_isa() == std::string("none")) continue;  // then nothing is measured anywhere
    const bool generated =
        std::string(rt3d_session_plan_text(session.get())).find("conv.") != std::string::npos;
    CHECK(generated == row.measures);
    CHECK(std::filesystem::exists(file) == row.measures);
  }
  CHECK(rt3d_session_device_text(nullptr) == nullptr);
}

TEST_CASE("options of older, smaller versions are understood") {
  Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.size = offsetof(rt3d_session_options, profile);
  options.profile = 1;
  options.input_shape_count = -1;  // beyond the size: not looked at
  CHECK(make_session(model.get(), options) != nullptr);
  options = quiet_options();
  options.size = offsetof(rt3d_session_options, accuracy);  // of version 0.1 before it had an accuracy
  options.accuracy = static_cast<rt3d_accuracy>(77);
  options.weight_limit_bytes = -1;
  CHECK(make_session(model.get(), options) != nullptr);
}

TEST_CASE("tuning reports progress, can be cancelled and is remembered in the file") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Folder folder;
  const std::string path = folder / "tuning.db", cancelled = folder / "cancelled.db";
  Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.tuning = RT3D_TUNE_QUICK;
  options.tuning_limit_ms = 1000;
  options.database = cancelled.c_str();
  int calls = 0;
  options.progress_user = &calls;
  options.progress = [](void* user, const rt3d_progress* p) -> int {
    *static_cast<int*>(user) += p->size == sizeof(rt3d_progress) ? 1 : 100;
    return p->layers_total > 0;
  };
  rt3d_session* session = nullptr;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_CANCELLED);
  CHECK(session == nullptr);
  CHECK(calls == 1);
  options.progress = [](void*, const rt3d_progress* p) -> int {
    return p->candidates_done == 0 ? RT3D_TUNING_GOES_ON : RT3D_TUNING_IS_ENOUGH;
  };
  rt3d_session_stats enough = RT3D_SESSION_STATS_INIT;
  options.database = "";
  options.tuning_limit_ms = 60'000;  // it ends sooner
  REQUIRE(rt3d_session_get_stats(&enough, make_session(model.get(), options).get()) == RT3D_OK);
  CHECK(enough.measurements == 1);
  CHECK(enough.tuned == 1);
  CHECK(enough.estimated == enough.problems - 1);
  options.tuning_limit_ms = 1000;
  options.progress = nullptr;
  options.database = path.c_str();
  rt3d_session_stats first = RT3D_SESSION_STATS_INIT, second = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&first, make_session(model.get(), options).get()) == RT3D_OK);
  REQUIRE(rt3d_session_get_stats(&second, make_session(model.get(), options).get()) == RT3D_OK);
  CHECK(first.tuned > 0);
  CHECK(first.measurements > 0);
  // What a busy machine disturbed may be measured again.
  CHECK(second.from_database + second.tuned >= first.tuned);
  options.tuning = RT3D_TUNE_OFF;
  REQUIRE(rt3d_session_get_stats(&second, make_session(model.get(), options).get()) == RT3D_OK);
  CHECK(second.measurements == 0);
  CHECK(second.from_database >= first.tuned);
  options.tuning = RT3D_TUNE_QUICK;
  options.tune_again = 1;
  rt3d_session_stats third = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&third, make_session(model.get(), options).get()) == RT3D_OK);
  CHECK(third.measurements > 0);
  options.tune_again = 0;

  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, path.c_str(), 0) == RT3D_OK);
  CHECK(rt3d_db_count(db) >= first.tuned);
  CHECK(std::string(rt3d_db_path(db)) == path);
  const std::string rows = rt3d_db_export(db);
  rt3d_db_free(db);
  REQUIRE(rt3d_db_open(&db, (folder / "other.db").c_str(), 1) == RT3D_OK);
  rt3d_db_changes changes = RT3D_DB_CHANGES_INIT;
  CHECK(rt3d_db_import(&changes, db, rows.c_str()) == RT3D_OK);
  CHECK(changes.added == rt3d_db_count(db));
  CHECK(rt3d_db_export(db) == rows);
  CHECK(rt3d_db_import(&changes, db, "nonsense") == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_db_merge(&changes, db, path.c_str()) == RT3D_OK);
  CHECK(rt3d_db_merge(&changes, db, (folder / "missing.db").c_str()) == RT3D_IO);
  rt3d_db_free(db);
}

TEST_CASE("a session of exact results takes no family that is not exact, one of default accuracy does") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const std::string text =
      "graph \"net\"\ninput x f32 1x64x8x28x28\nconst w f32 64x64x3x3x3\n"
      "y f32 1x64x8x28x28 = Conv(x, w) \"conv\" dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
      "strides=1x1x1\noutput y\n";
  const Folder folder;
  graph::save_onnx(graph::parse_graph(text), folder / "net.onnx");
  rt3d_model* loaded = nullptr;
  REQUIRE(rt3d_model_load(&loaded, (folder / "net.onnx").c_str()) == RT3D_OK);
  const Model model(loaded, rt3d_model_free);
  const auto uses_winograd = [&](const rt3d_session_options& options, std::int64_t* packed) {
    const Session session = make_session(model.get(), options);
    rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
    REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
    *packed = stats.packed_weight_bytes;
    return std::string(rt3d_session_plan_text(session.get())).find("winograd") != std::string::npos;
  };
  constexpr std::int64_t kModelBytes = std::int64_t{64} * 64 * 27 * 4;
  std::int64_t exact = 0, standard = 0, lean = 0;
  rt3d_session_options options = quiet_options();
  options.accuracy = RT3D_ACCURACY_EXACT;
  CHECK_FALSE(uses_winograd(options, &exact));
  options = quiet_options();
  CHECK(uses_winograd(options, &standard));
  CHECK(standard <= 3 * kModelBytes + 4096);
  options.weight_limit_bytes = kModelBytes + kModelBytes / 8;
  CHECK_FALSE(uses_winograd(options, &lean));
  CHECK(lean == exact);
  options.weight_limit_bytes = 1000;
  rt3d_session* refused = nullptr;
  CHECK(rt3d_session_create(&refused, model.get(), &options) == RT3D_OUT_OF_MEMORY);
  CHECK(last_error_says("at most 1000"));
}

TEST_CASE("half precision computes as the default does where the CPU has none, and the log says so once") {
  std::string lines;
  rt3d_set_log([](void* user, rt3d_log_level, const char* text) { *static_cast<std::string*>(user) += text; },
               &lines, RT3D_LOG_INFO);
  const Model model = net_model();
  rt3d_session_options options = quiet_options();
  const std::string standard = rt3d_session_plan_text(make_session(model.get(), options).get());
  options.accuracy = RT3D_ACCURACY_HALF;
  const std::string half = rt3d_session_plan_text(make_session(model.get(), options).get());
  rt3d_set_log(nullptr, nullptr, RT3D_LOG_OFF);
  CHECK(lines.find("accuracy half") != std::string::npos);
  const std::size_t said = lines.find("no 16-bit arithmetic");
  CHECK((said == std::string::npos) == this_device().features.fp16);
  if (this_device().features.fp16) return;
  CHECK(half == standard);
  CHECK(lines.find("no 16-bit arithmetic", said + 1) == std::string::npos);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
