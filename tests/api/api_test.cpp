// rt3d.h through librt3d.so, as applications see it.
#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "api/small_net.h"
#include "skip.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {

TEST_CASE("the library tells its version, its device and the names of states") {
  CHECK(std::string(rt3d_version()) == "0.1.0");
  CHECK(std::string(rt3d_status_name(RT3D_INVALID_ARGUMENT)) == "invalid argument");
  CHECK(std::string(rt3d_status_name(static_cast<rt3d_status>(99))) == "unknown status");
  CHECK(std::string(rt3d_status_name(static_cast<rt3d_status>(-1))) == "unknown status");
  CHECK(std::string(rt3d_device_text()).find(rt3d_device_isa()) != std::string::npos);
  double gflops = 0;
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  REQUIRE(rt3d_measure_peak(&gflops, 1) == RT3D_OK);
  CHECK(gflops > 0.1);
}

TEST_CASE("a model is loaded, asked and run, and sessions outlive its handle") {
  Model model = net_model();
  CHECK(rt3d_model_input_count(model.get()) == 1);
  CHECK(rt3d_model_output_count(model.get()) == 1);
  CHECK(rt3d_model_parameters(model.get()) == 16 * 81 + 16 + 5 * 16 + 5);
  CHECK(std::string(rt3d_model_text(model.get())).find("Conv") != std::string::npos);
  CHECK(rt3d_model_metadata(model.get(), "nothing") == nullptr);
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  REQUIRE(rt3d_model_input(&info, model.get(), 0) == RT3D_OK);
  CHECK(std::string(info.name) == "x");
  CHECK(info.rank == 5);
  CHECK(info.dims[1] == 3);
  REQUIRE(rt3d_model_output(&info, model.get(), 0) == RT3D_OK);
  CHECK(std::string(info.name) == "y");

  rt3d_session_options options = quiet_options();
  options.profile = 1;
  Session session = make_session(model.get(), options);
  options.device = "reference";
  Session reference = make_session(model.get(), options);
  model.reset();
  std::vector<float> clip(kInputBytes / sizeof(float));
  for (std::size_t i = 0; i < clip.size(); ++i) clip[i] = static_cast<float>(i % 17) / 8 - 1;
  CHECK(rt3d_session_output(session.get(), 0) == nullptr);
  for (rt3d_session* s : {session.get(), reference.get()}) {
    REQUIRE(rt3d_session_set_input(s, 0, clip.data(), kInputBytes) == RT3D_OK);
    REQUIRE(rt3d_session_run(s) == RT3D_OK);
  }
  const auto* scores = static_cast<const float*>(rt3d_session_output(session.get(), 0));
  const auto* wanted = static_cast<const float*>(rt3d_session_output(reference.get(), 0));
  for (int i = 0; i < 5; ++i) CHECK(std::fabs(scores[i] - wanted[i]) <= 5e-6f * (std::fabs(wanted[i]) + 1));

  std::int64_t macs = 0;
  for (int i = 0; i < rt3d_session_step_count(session.get()); ++i) {
    rt3d_step_info step = RT3D_STEP_INFO_INIT;
    REQUIRE(rt3d_session_step(&step, session.get(), i) == RT3D_OK);
    CHECK(step.last_ns > 0);
    CHECK(std::string(step.family) != "");
    macs += step.macs;
  }
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
  CHECK(stats.macs == macs);
  CHECK(stats.measurements == 0);
  CHECK(std::string(rt3d_session_plan_text(session.get())).find("Conv") != std::string::npos);
  CHECK(std::string(rt3d_session_graph_text(session.get())).find("Conv") != std::string::npos);
}

TEST_CASE("a model's file serves several sessions, and none of them needs it afterwards") {
  const Folder folder;
  const std::string path = folder / "net.onnx";
  std::ofstream(path, std::ios::binary) << net_bytes();
  rt3d_model* loaded = nullptr;
  REQUIRE(rt3d_model_load(&loaded, path.c_str()) == RT3D_OK);
  Model model(loaded, rt3d_model_free);
  make_session(model.get(), quiet_options()).reset();
  const Session second = make_session(model.get(), quiet_options());
  rt3d_session_options options = quiet_options();
  options.device = "reference";
  const Session reference = make_session(model.get(), options);
  std::filesystem::resize_file(path, 0);  // whoever read it now would die
  model.reset();
  const std::vector<float> clip(kInputBytes / sizeof(float), 0.5f);
  const auto score = [&](const Session& session) {
    REQUIRE(rt3d_session_set_input(session.get(), 0, clip.data(), kInputBytes) == RT3D_OK);
    REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
    return static_cast<const float*>(rt3d_session_output(session.get(), 0))[0];
  };
  CHECK(score(second) != 0);
  CHECK(score(second) == doctest::Approx(score(reference)).epsilon(5e-6));
}

TEST_CASE("statistics say how much of the last run's outputs is not finite") {
  Model model = net_model();
  Session session = make_session(model.get(), quiet_options());
  const auto nonfinite = [&] {
    rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
    REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
    return stats.nonfinite_outputs;
  };
  CHECK(nonfinite() == 0);  // nothing has run
  const auto after = [&](float first, float others) {
    std::vector<float> clip(kInputBytes / sizeof(float), others);
    clip[0] = first;
    REQUIRE(rt3d_session_set_input(session.get(), 0, clip.data(), kInputBytes) == RT3D_OK);
    REQUIRE(rt3d_session_run(session.get()) == RT3D_OK);
    return nonfinite();
  };
  CHECK(after(1, 0.5f) == 0);
  CHECK(after(std::numeric_limits<float>::quiet_NaN(), 0.5f) == 5);
  CHECK(after(3e38f, 3e38f) == 5);  // sums overflow
  CHECK(after(1, 0.5f) == 0);
  rt3d_session_stats older = RT3D_SESSION_STATS_INIT;
  older.size = offsetof(rt3d_session_stats, nonfinite_outputs);
  older.nonfinite_outputs = -5;
  REQUIRE(rt3d_session_get_stats(&older, session.get()) == RT3D_OK);
  CHECK(older.nonfinite_outputs == -5);
}

TEST_CASE("every function bears NULL and indices out of range") {
  Model model = net_model();
  Session session = make_session(model.get(), quiet_options());
  rt3d_model* no_model = nullptr;
  rt3d_session* no_session = nullptr;
  rt3d_db* no_db = nullptr;
  rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  rt3d_step_info step = RT3D_STEP_INFO_INIT;
  double gflops;
  const rt3d_status refused[] = {rt3d_measure_peak(nullptr, 1),
                                 rt3d_measure_peak(&gflops, -1),
                                 rt3d_model_load(nullptr, "x"),
                                 rt3d_model_load(&no_model, nullptr),
                                 rt3d_model_load_memory(nullptr, "x", 1),
                                 rt3d_model_load_memory(&no_model, nullptr, 1),
                                 rt3d_model_input(nullptr, model.get(), 0),
                                 rt3d_model_input(&info, nullptr, 0),
                                 rt3d_model_input(&info, model.get(), 1),
                                 rt3d_model_input(&info, model.get(), -1),
                                 rt3d_model_output(nullptr, model.get(), 0),
                                 rt3d_model_output(&info, nullptr, 0),
                                 rt3d_model_output(&info, model.get(), 7),
                                 rt3d_session_create(nullptr, model.get(), nullptr),
                                 rt3d_session_create(&no_session, nullptr, nullptr),
                                 rt3d_session_input_info(nullptr, session.get(), 0),
                                 rt3d_session_input_info(&info, nullptr, 0),
                                 rt3d_session_input_info(&info, session.get(), 1),
                                 rt3d_session_output_info(nullptr, session.get(), 0),
                                 rt3d_session_output_info(&info, nullptr, 0),
                                 rt3d_session_output_info(&info, session.get(), -1),
                                 rt3d_session_set_input(nullptr, 0, "x", 1),
                                 rt3d_session_set_input(session.get(), 0, nullptr, kInputBytes),
                                 rt3d_session_set_input(session.get(), 0, "x", 1),
                                 rt3d_session_set_input(session.get(), 1, "x", 1),
                                 rt3d_session_set_input(session.get(), -1, "x", 1),
                                 rt3d_session_run(nullptr),
                                 rt3d_session_get_stats(nullptr, session.get()),
                                 rt3d_session_get_stats(&stats, nullptr),
                                 rt3d_session_step(nullptr, session.get(), 0),
                                 rt3d_session_step(&step, nullptr, 0),
                                 rt3d_session_step(&step, session.get(), 1000),
                                 rt3d_session_step(&step, session.get(), -1),
                                 rt3d_db_open(nullptr, "x", 0),
                                 rt3d_db_import(nullptr, nullptr, ""),
                                 rt3d_db_merge(nullptr, nullptr, "x")};
  for (std::size_t i = 0; i < std::size(refused); ++i) {
    INFO("call ", i);
    CHECK(refused[i] == RT3D_INVALID_ARGUMENT);
  }
  CHECK(last_error_says("NULL"));
  CHECK(no_model == nullptr);
  CHECK(no_session == nullptr);
  CHECK(no_db == nullptr);
  rt3d_model_free(nullptr);
  rt3d_session_free(nullptr);
  rt3d_db_free(nullptr);
  rt3d_set_log(nullptr, nullptr, RT3D_LOG_DEBUG);
  CHECK(rt3d_model_input_count(nullptr) == 0);
  CHECK(rt3d_model_output_count(nullptr) == 0);
  CHECK(rt3d_model_parameters(nullptr) == 0);
  CHECK(rt3d_model_metadata(nullptr, "x") == nullptr);
  CHECK(rt3d_model_metadata(model.get(), nullptr) == nullptr);
  CHECK(rt3d_model_text(nullptr) == nullptr);
  CHECK(rt3d_session_input_count(nullptr) == 0);
  CHECK(rt3d_session_output_count(nullptr) == 0);
  CHECK(rt3d_session_output(nullptr, 0) == nullptr);
  CHECK(rt3d_session_output(session.get(), -1) == nullptr);
  CHECK(rt3d_session_step_count(nullptr) == 0);
  CHECK(rt3d_session_plan_text(nullptr) == nullptr);
  CHECK(rt3d_session_graph_text(nullptr) == nullptr);
  CHECK(rt3d_db_path(nullptr) == nullptr);
  CHECK(rt3d_db_count(nullptr) == 0);
  CHECK(rt3d_db_export(nullptr) == nullptr);
}

TEST_CASE("damaged models give errors, and each thread has its own") {
  const std::string bytes = net_bytes();
  for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 8) {
    rt3d_model* model = nullptr;
    const rt3d_status status = rt3d_model_load_memory(&model, bytes.data(), length);
    CHECK((status == RT3D_INVALID_MODEL || status == RT3D_UNSUPPORTED));
    CHECK(model == nullptr);
  }
  rt3d_model* model = nullptr;
  CHECK(rt3d_model_load(&model, "/no/such/model.onnx") == RT3D_IO);
  CHECK(last_error_says("/no/such/model.onnx"));
  std::string other = "unset";
  std::thread([&] { other = rt3d_last_error(); }).join();
  CHECK(other.empty());
}

TEST_CASE("log lines reach the callback") {
  std::string lines;
  rt3d_set_log([](void* user, rt3d_log_level, const char* text) { *static_cast<std::string*>(user) += text; },
               &lines, RT3D_LOG_INFO);
  Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.accuracy = RT3D_ACCURACY_EXACT;
  make_session(model.get(), options);
  rt3d_set_log(nullptr, nullptr, RT3D_LOG_OFF);
  CHECK(lines.find("arena") != std::string::npos);
  CHECK(lines.find("accuracy exact") != std::string::npos);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
