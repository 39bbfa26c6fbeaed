#include "allocations.h"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "script.h"

namespace rt3d::faults {
namespace {

// The calls for a resource while inputs are set and the session runs, from its first run on; -1 when a call fails.
std::int64_t calls_of_runs(rt3d_session* session, const Fixture& fixture, Resource resource) {
  bool fine = true;
  arm(resource, -1, false);
  for (int run = 0; run < 3; ++run) {
    for (std::size_t i = 0; i < fixture.inputs.size(); ++i)
      fine = fine && rt3d_session_set_input(session, static_cast<int>(i), fixture.inputs[i].data(),
                                            fixture.inputs[i].size()) == RT3D_OK;
    fine = fine && rt3d_session_run(session) == RT3D_OK;
    fine = fine && rt3d_session_output(session, 0) != nullptr;
  }
  const std::int64_t calls = disarm();
  return fine ? calls : -1;
}

// Tunes for a while, or lets the session's thread, which rests then; whether the next run takes another plan.
bool has_newer_plan(rt3d_session* session, rt3d_tuning how) {
  rt3d_tuning_state state = RT3D_TUNING_STATE_INIT;
  const auto known = [&] { return rt3d_session_get_tuning(&state, session) == RT3D_OK; };
  const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(10)); };
  for (int slice = 0; slice < 40 && state.plan_waits == 0 && state.finished == 0; ++slice) {
    if (how == RT3D_TUNE_BACKGROUND)
      pause();
    else if (rt3d_session_tune(session, 10'000'000) != RT3D_OK)
      return false;
    if (!known()) return false;
  }
  if (how == RT3D_TUNE_BACKGROUND && rt3d_session_set_tuning_allowed(session, 0) != RT3D_OK) return false;
  while (known() && state.resting == 0) pause();
  return state.plan_waits == 1;
}

// Of one session; false when something was allocated. Counts the plans that were taken.
bool allocates_nothing(const Fixture& fixture, rt3d_model* model, const rt3d_session_options& options,
                       int& swaps) {
  bool nothing = true;
  for (const Resource resource : {Resource::memory, Resource::mapping, Resource::code, Resource::thread}) {
    rt3d_session* session = nullptr;
    const bool made = rt3d_session_create(&session, model, &options) == RT3D_OK;
    if (made && options.tuning >= RT3D_TUNE_LATER) swaps += has_newer_plan(session, options.tuning) ? 1 : 0;
    const std::int64_t calls = made ? calls_of_runs(session, fixture, resource) : -1;
    rt3d_session_free(session);
    if (calls == 0) continue;
    nothing = false;
    std::printf("  %s, device %s, %d threads%s: %lld calls for %s in three runs%s%s\n", fixture.name.c_str(),
                options.device, options.threads, options.profile ? ", measured" : "",
                static_cast<long long>(calls), resource_name(resource), calls < 0 ? ": " : "",
                calls < 0 ? rt3d_last_error() : "");
  }
  return nothing;
}

}  // namespace

int count_allocations_of_runs() {
  int sessions = 0, wrong = 0, swaps = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RT3D_FIXTURES)) {
    if (!entry.is_directory()) continue;
    const Fixture fixture = Fixture::load(entry.path().filename().string());
    rt3d_model* model = nullptr;
    if (rt3d_model_load(&model, fixture.path.c_str()) != RT3D_OK) return 1;
    for (const char* device : {"cpu", "reference"})
      for (const int threads : {1, 4})
        for (const int profile : {0, 1}) {
          // The reference takes long for whole networks, and is not measured in another way.
          if (device[0] == 'r' && (!fixture.name.starts_with("op_") || profile)) continue;
          rt3d_session_options options = RT3D_SESSION_OPTIONS_INIT;
          options.device = device;
          options.threads = threads;
          options.tuning = RT3D_TUNE_OFF;
          options.database = "";
          options.profile = profile;
          options.input_shape_count = static_cast<std::int32_t>(fixture.shapes.size());
          options.input_shapes = fixture.shapes.data();
          ++sessions;
          wrong += allocates_nothing(fixture, model, options, swaps) ? 0 : 1;
          if (device[0] == 'r' || threads > 1 || profile) continue;
          options.background_share = 1;
          for (const rt3d_tuning how : {RT3D_TUNE_LATER, RT3D_TUNE_BACKGROUND}) {
            options.tuning = how;  // a run that takes a newer plan
            ++sessions;
            wrong += allocates_nothing(fixture, model, options, swaps) ? 0 : 1;
          }
        }
    rt3d_model_free(model);
  }
  if (swaps == 0 && std::string(rt3d_device_isa()) != "none") {
    std::printf("  no run took a newer plan\n");
    ++wrong;
  }
  std::printf("runs allocate nothing: %d sessions, %d plans taken, %d wrong\n", sessions, swaps, wrong);
  return wrong;
}

}  // namespace rt3d::faults
