// Children made by fork(): models and sessions of the parent work there, and neither process's code disturbs the other's.
#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "api/own_process.h"
#include "api/small_net.h"
#include "graph/model.h"
#include "sanitizers.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

// A network whose code differs for every `channels`.
Model other_model(int channels) {
  const std::string c = std::to_string(channels);
  const std::string text = "graph \"other\"\ninput x f32 1x3x4x8x8\nconst w f32 " + c +
                           "x3x3x3x3\n"
                           "y f32 1x" +
                           c +
                           "x4x8x8 = Conv(x, w) \"conv\" dilations=1x1x1 group=1 kernel_shape=3x3x3 "
                           "pads=1x1x1x1x1x1 strides=1x1x1\noutput y\n";
  const Folder folder;
  graph::save_onnx(graph::parse_graph(text), folder / "other.onnx");
  rt3d_model* model = nullptr;
  REQUIRE(rt3d_model_load(&model, (folder / "other.onnx").c_str()) == RT3D_OK);
  return {model, rt3d_model_free};
}

std::vector<float> clip() {
  std::vector<float> values(kInputBytes / sizeof(float));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 23) / 8 - 1;
  return values;
}

// Whether a run gives `wanted`, all of it; without doctest, for children.
bool gives(rt3d_session* session, const std::vector<float>& wanted) {
  const std::vector<float> input = clip();
  if (rt3d_session_set_input(session, 0, input.data(), kInputBytes) != RT3D_OK) return false;
  if (rt3d_session_run(session) != RT3D_OK) return false;
  return std::memcmp(rt3d_session_output(session, 0), wanted.data(), wanted.size() * sizeof(float)) == 0;
}

std::vector<float> answer(rt3d_session* session) {
  const std::vector<float> input = clip();
  REQUIRE(rt3d_session_set_input(session, 0, input.data(), kInputBytes) == RT3D_OK);
  REQUIRE(rt3d_session_run(session) == RT3D_OK);
  const auto* scores = static_cast<const float*>(rt3d_session_output(session, 0));
  return {scores, scores + 5};
}

// Creates, runs and frees sessions whose code nobody else has.
bool makes_sessions(const std::vector<Model>& models, int threads) {
  const std::vector<float> input = clip();
  for (const Model& model : models) {
    rt3d_session_options options = quiet_options();
    options.threads = threads;
    rt3d_session* session = nullptr;
    if (rt3d_session_create(&session, model.get(), &options) != RT3D_OK) return false;
    if (rt3d_session_set_input(session, 0, input.data(), kInputBytes) != RT3D_OK) return false;
    if (rt3d_session_run(session) != RT3D_OK) return false;
    rt3d_session_free(session);
  }
  return true;
}

std::vector<Model> other_models() {
  std::vector<Model> models;
  for (int channels = 17; channels < 24; ++channels) models.push_back(other_model(channels));
  return models;
}

#if defined(RT3D_THREAD_SANITIZER)
constexpr int kChildThreads = 1;  // ThreadSanitizer lets no child of a process with threads start any
#else
constexpr int kChildThreads = 2;
#endif

}  // namespace

TEST_CASE("a forked child runs, describes and frees its parent's sessions, and makes its own [host only]") {
  Model model = net_model();
  rt3d_session_options options = quiet_options();
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    options.threads = threads;
    Session session = make_session(model.get(), options);
    const std::vector<float> wanted = answer(session.get());
    rt3d_session* const s = session.get();
    CHECK(in_child([&] { return gives(s, wanted); }) == "0");
    CHECK(in_child([&] {
            rt3d_session_free(s);
            return true;
          }) == "0");
    CHECK(in_child([&] {
            const bool right = gives(s, wanted) && rt3d_session_plan_text(s) != nullptr;
            rt3d_session_free(s);
            return right;
          }) == "0");
    CHECK(in_child([&] {
            rt3d_session_options own = quiet_options();
            own.threads = kChildThreads;
            rt3d_session* made = nullptr;
            if (rt3d_session_create(&made, model.get(), &own) != RT3D_OK) return false;
            const bool right = gives(made, wanted);
            rt3d_session_free(made);
            return right;
          }) == "0");
    CHECK(in_child([&] {
            rt3d_model_free(model.get());
            return gives(s, wanted);
          }) == "0");
    CHECK(in_child([&] {  // a child's child
            return in_child([&] { return gives(s, wanted); }) == "0" && gives(s, wanted);
          }) == "0");
    CHECK(gives(s, wanted));
  }
}

TEST_CASE("code that a child writes or frees is not its parent's, nor the other way round [host only]") {
  const Model model = net_model();
  const std::vector<Model> others = other_models();
  Session session = make_session(model.get(), quiet_options());
  const std::vector<float> wanted = answer(session.get());
  rt3d_session* const s = session.get();
  CHECK(in_child([&] {
          rt3d_session_free(s);
          return makes_sessions(others, kChildThreads);
        }) == "0");
  CHECK(gives(s, wanted));
  // The child goes on with what the parent has freed and written anew by then.
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    char go = 0;
    const bool told = read(ready[0], &go, 1) == 1;
    _exit(told && gives(s, wanted) ? 0 : 1);
  }
  REQUIRE(child > 0);
  session.reset();
  CHECK(makes_sessions(others, 2));
  REQUIRE(write(ready[1], "g", 1) == 1);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a database is refused in a child that did not open it [host only]") {
  const Folder folder;
  rt3d_db* db = nullptr;
  REQUIRE(rt3d_db_open(&db, (folder / "tuning.db").c_str(), 1) == RT3D_OK);
  const std::string path = rt3d_db_path(db);
  CHECK(in_child([&] {
          const bool refused = rt3d_db_import(nullptr, db, "") == RT3D_INVALID_ARGUMENT &&
                               last_error_says("forked") && rt3d_db_export(db) == nullptr;
          rt3d_db_free(db);
          rt3d_db* again = nullptr;
          if (rt3d_db_open(&again, path.c_str(), 1) != RT3D_OK) return false;
          rt3d_db_free(again);
          return refused;
        }) == "0");
  CHECK(rt3d_db_export(db) != nullptr);
  rt3d_db_free(db);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
