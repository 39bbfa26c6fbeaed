// rt3d.h through librt3d.so, as applications see it.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "graph/model.h"
#include "rt3d/rt3d.h"
#include "skip.h"

namespace {

const char* const kNet =
    "graph \"net\"\n"
    "input x f32 1x3x4x8x8\n"
    "const w f32 16x3x3x3x3\nconst b f32 16\n"
    "a f32 1x16x4x8x8 = Conv(x, w, b) \"stem\" dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
    "strides=1x1x1\n"
    "r f32 1x16x4x8x8 = Relu(a) \"act\"\n"
    "g f32 1x16x1x1x1 = GlobalAveragePool(r)\n"
    "f f32 1x16 = Flatten(g) axis=1\n"
    "const v f32 5x16\nconst c f32 5\n"
    "y f32 1x5 = Gemm(f, v, c) \"classifier\" transB=1\n"
    "output y\n";
constexpr std::size_t kInputBytes = 3 * 4 * 8 * 8 * sizeof(float);

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rt3d-api-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string run_command(const std::string& command, int* status) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[512];
  for (std::size_t n; (n = fread(part, 1, sizeof part, pipe)) > 0;) out.append(part, n);
  *status = pclose(pipe);
  return out;
}

using Model = std::unique_ptr<rt3d_model, decltype(&rt3d_model_free)>;
using Session = std::unique_ptr<rt3d_session, decltype(&rt3d_session_free)>;

std::string net_bytes() {
  const Folder folder;
  rt3d::graph::save_onnx(rt3d::graph::parse_graph(kNet), folder / "net.onnx");
  return read_file(folder / "net.onnx");
}

Model net_model() {
  const std::string bytes = net_bytes();
  rt3d_model* model = nullptr;
  const rt3d_status status = rt3d_model_load_memory(&model, bytes.data(), bytes.size());
  INFO(rt3d_last_error());
  REQUIRE(status == RT3D_OK);
  return {model, rt3d_model_free};
}

rt3d_session_options quiet_options() {
  rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
  options.threads = 1;
  options.tuning = RT3D_TUNE_OFF;
  options.database = "";
  return options;
}

Session make_session(rt3d_model* model, const rt3d_session_options& options) {
  rt3d_session* session = nullptr;
  const rt3d_status status = rt3d_session_create(&session, model, &options);
  INFO(rt3d_last_error());
  REQUIRE(status == RT3D_OK);
  return {session, rt3d_session_free};
}

bool last_error_says(const char* part) {
  return std::string(rt3d_last_error()).find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("api");

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
  rt3d_tensor_info info;
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
  for (int i = 0; i < 5; ++i) CHECK(std::fabs(scores[i] - wanted[i]) <= 1e-4f * (std::fabs(wanted[i]) + 1));

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

TEST_CASE("every function bears NULL and indices out of range") {
  Model model = net_model();
  Session session = make_session(model.get(), quiet_options());
  rt3d_model* no_model = nullptr;
  rt3d_session* no_session = nullptr;
  rt3d_db* no_db = nullptr;
  rt3d_tensor_info info;
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
  CHECK(refused([](auto& o) { o.device = "gpu"; }, "'cpu', 'reference'"));
  CHECK(refused([](auto& o) { o.isa = "mmx"; }, "mmx"));
  CHECK(refused([](auto& o) { o.threads = -2; }, "-2"));
  CHECK(refused([](auto& o) { o.tuning = static_cast<rt3d_tuning>(9); }, "9"));
  CHECK(refused([](auto& o) { o.tuning_limit_ms = -7; }, "-7"));
  CHECK(refused([](auto& o) { o.accuracy = static_cast<rt3d_accuracy>(2); }, "no accuracy 2"));
  CHECK(refused([](auto& o) { o.weight_limit_bytes = -3; }, "-3"));
  CHECK(refused([](auto& o) { o.input_shape_count = 1; }, "input_shapes"));
  CHECK(refused([](auto& o) { o.input_shape_count = -1; }, "-1"));
  rt3d_tensor_info shape{"x", RT3D_F32, 9, {1}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "rank 9"));
  shape = {"x", RT3D_F32, 2, {1, -4}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "positive"));
  shape = {nullptr, RT3D_F32, 1, {1}};
  CHECK(refused([&](auto& o) { o.input_shape_count = 1, o.input_shapes = &shape; }, "name"));
}

TEST_CASE("structs of older, smaller versions are understood and not written beyond") {
  Model model = net_model();
  rt3d_session_options options = quiet_options();
  options.size = offsetof(rt3d_session_options, profile);
  options.profile = 1;
  options.input_shape_count = -1;  // beyond the size: not looked at
  Session session = make_session(model.get(), options);
  options = quiet_options();
  options.size = offsetof(rt3d_session_options, accuracy);  // of version 0.1 before it had an accuracy
  options.accuracy = static_cast<rt3d_accuracy>(77);
  options.weight_limit_bytes = -1;
  CHECK(make_session(model.get(), options) != nullptr);
  rt3d_session_stats stats = RT3D_SESSION_STATS_INIT;
  stats.size = offsetof(rt3d_session_stats, macs);
  stats.macs = -5;
  REQUIRE(rt3d_session_get_stats(&stats, session.get()) == RT3D_OK);
  CHECK(stats.create_ns > 0);
  CHECK(stats.macs == -5);
  CHECK(stats.size == offsetof(rt3d_session_stats, macs));
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
    ++*static_cast<int*>(user);
    return p->layers_total > 0;
  };
  rt3d_session* session = nullptr;
  CHECK(rt3d_session_create(&session, model.get(), &options) == RT3D_CANCELLED);
  CHECK(session == nullptr);
  CHECK(calls == 1);
  options.progress = nullptr;
  options.database = path.c_str();
  rt3d_session_stats first = RT3D_SESSION_STATS_INIT, second = RT3D_SESSION_STATS_INIT;
  REQUIRE(rt3d_session_get_stats(&first, make_session(model.get(), options).get()) == RT3D_OK);
  REQUIRE(rt3d_session_get_stats(&second, make_session(model.get(), options).get()) == RT3D_OK);
  CHECK(first.tuned > 0);
  CHECK(first.measurements > 0);
  CHECK(second.measurements == 0);
  CHECK(second.from_database >= first.tuned);

  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, path.c_str(), 0) == RT3D_OK);
  CHECK(rt3d_db_count(db) >= first.tuned);
  CHECK(std::string(rt3d_db_path(db)) == path);
  const std::string rows = rt3d_db_export(db);
  rt3d_db_free(db);
  REQUIRE(rt3d_db_open(&db, (folder / "other.db").c_str(), 1) == RT3D_OK);
  std::int64_t added = -1;
  CHECK(rt3d_db_import(&added, db, rows.c_str()) == RT3D_OK);
  CHECK(added == rt3d_db_count(db));
  CHECK(rt3d_db_export(db) == rows);
  CHECK(rt3d_db_import(&added, db, "nonsense") == RT3D_INVALID_ARGUMENT);
  CHECK(rt3d_db_merge(&added, db, path.c_str()) == RT3D_OK);
  CHECK(rt3d_db_merge(&added, db, (folder / "missing.db").c_str()) == RT3D_IO);
  rt3d_db_free(db);
}

TEST_CASE("a session of exact results takes no family that is not exact, one of default accuracy does") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const std::string text =
      "graph \"net\"\ninput x f32 1x64x8x28x28\nconst w f32 64x64x3x3x3\n"
      "y f32 1x64x8x28x28 = Conv(x, w) \"conv\" dilations=1x1x1 group=1 kernel_shape=3x3x3 pads=1x1x1x1x1x1 "
      "strides=1x1x1\noutput y\n";
  const Folder folder;
  rt3d::graph::save_onnx(rt3d::graph::parse_graph(text), folder / "net.onnx");
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

TEST_CASE("the C example runs a model") {
  const Folder folder;
  const std::string path = folder / "net.onnx";
  std::ofstream(path, std::ios::binary) << net_bytes();
  int status = 0;
  const std::string out =
      run_command("XDG_CACHE_HOME=" + (folder / "cache") + " " RT3D_EXAMPLE " " + path, &status);
  INFO(out);
  CHECK(status == 0);
  CHECK(out.find(" of 5, score ") != std::string::npos);
  CHECK(run_command(RT3D_EXAMPLE " /no/such/model.onnx", &status).find("/no/such/model.onnx") !=
        std::string::npos);
  CHECK(status != 0);
}

TEST_CASE("librt3d.so shows the functions of rt3d.h and nothing else") {
  int status = 0;
  const std::string listing = run_command(RT3D_NM " -D --defined-only --format=posix " RT3D_LIBRARY, &status);
  REQUIRE(status == 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < listing.size();) {
    const std::size_t end = listing.find('\n', at);
    names.push_back(listing.substr(at, listing.find(' ', at) - at));
    at = end == std::string::npos ? listing.size() : end + 1;
  }
  std::sort(names.begin(), names.end());
  std::string found;
  for (const std::string& name : names) found += name + "\n";
  CHECK(found == read_file(RT3D_TEST_DATA "/api/symbols.txt"));
}

TEST_SUITE_END();
