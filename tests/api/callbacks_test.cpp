// Callbacks that call the library, throw, or set the log anew: nobody waits for himself, and nothing ends.
#include <doctest/doctest.h>

#include <cstdio>
#include <stdexcept>
#include <vector>

#include "api/own_process.h"
#include "api/small_net.h"
#include "sanitizers.h"
#include "skip.h"

TEST_SUITE_BEGIN("api");

namespace rt3d::tests {
namespace {

int calls = 0;  // of a callback; each case runs in a child, where it starts from 0

// Creates, runs and frees a session, whose lines go to the log that is set.
bool uses_a_session(rt3d_session_options options) {
  static const std::string bytes = net_bytes();
  const std::vector<float> clip(kInputBytes / sizeof(float), 0.5f);
  rt3d_model* model = nullptr;
  rt3d_session* session = nullptr;
  const bool ran = rt3d_model_load_memory(&model, bytes.data(), bytes.size()) == RT3D_OK &&
                   rt3d_session_create(&session, model, &options) == RT3D_OK &&
                   rt3d_session_set_input(session, 0, clip.data(), kInputBytes) == RT3D_OK &&
                   rt3d_session_run(session) == RT3D_OK;
  rt3d_session_free(session);
  rt3d_model_free(model);
  return ran;
}

rt3d_session_options threaded() {
  rt3d_session_options options = quiet_options();
  options.threads = 2;
  return options;
}

struct LogRow {
  const char* what;
  rt3d_log_callback callback;
};
const LogRow kLogRows[] = {
    {"creates a session",
     [](void*, rt3d_log_level, const char*) {
       if (++calls < 4 && !uses_a_session(threaded())) calls = -1000;
     }},
    {"sets the log anew",
     [](void*, rt3d_log_level, const char*) {
       ++calls;
       rt3d_set_log([](void*, rt3d_log_level, const char*) { ++calls; }, nullptr, RT3D_LOG_DEBUG);
     }},
    {"turns the log off",
     [](void*, rt3d_log_level, const char*) {
       ++calls;
       rt3d_set_log(nullptr, nullptr, RT3D_LOG_OFF);
     }},
    {"throws an exception",
     [](void*, rt3d_log_level, const char*) {
       ++calls;
       throw std::runtime_error("from the callback");
     }},
    {"throws a number",
     [](void*, rt3d_log_level, const char*) {
       ++calls;
       throw 5;
     }},
};

}  // namespace

#if defined(RT3D_THREAD_SANITIZER)
TEST_CASE("log callbacks call the library") { RT3D_SKIP("ThreadSanitizer lets no child start threads"); }
#else
TEST_CASE("a log callback may call the library, set the log anew, and throw [host only]") {
  for (const LogRow& row : kLogRows) {
    CAPTURE(row.what);
    CHECK(in_child([&] {
            rt3d_set_log(row.callback, nullptr, RT3D_LOG_DEBUG);
            return uses_a_session(threaded()) && calls > 0;
          }) == "0");
  }
}

TEST_CASE("a progress callback may create sessions, tuned ones too, and throw [host only]") {
  if (std::string(rt3d_device_isa()) == "none") RT3D_SKIP("no code is generated for this CPU");
  const Folder folder;
  static std::string file;
  file = folder / "tuning.db";
  const auto tuned = [](std::int64_t limit_ms, rt3d_progress_callback callback) {
    rt3d_session_options options = threaded();
    options.tuning = RT3D_TUNE_QUICK;
    options.tuning_limit_ms = limit_ms;
    options.database = file.c_str();
    options.progress = callback;
    return uses_a_session(options);
  };
  CHECK(in_child([&] {
          return tuned(300, [](void*, const rt3d_progress*) -> int {
            if (++calls > 1) return 0;
            rt3d_session_options options = threaded();
            options.tuning = RT3D_TUNE_QUICK;
            options.tuning_limit_ms = 50;
            options.database = file.c_str();
            return uses_a_session(options) ? 0 : 1;
          });
        }) == "0");
  CHECK(in_child([&] {
          std::remove(file.c_str());
          constexpr std::int64_t kLong = 3'600'000;  // the first callback comes before, and ends it
          const bool made =
              tuned(kLong, [](void*, const rt3d_progress*) -> int { throw std::runtime_error("mine"); });
          return !made && last_error_says("mine");
        }) == "0");
}
#endif

}  // namespace rt3d::tests

TEST_SUITE_END();
