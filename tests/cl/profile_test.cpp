// What a session on OpenCL tells of its steps and of its memory: times by the queue's events where it profiles, and only there; a device's memory
// apart from the process's.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "cl/opencl_here.h"
#include "cl/small_session.h"
#include "runtime/session.h"
#include "scratch.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::runtime {
namespace {

using tests::fault_calls;
using tests::FaultLibrary;
using tests::session_options;

struct Profiled {
  explicit Profiled(SessionOptions options, bool profile, const std::string& name,
                    const tests::Scratch& scratch)
      : counts("RT3D_TEST_CL_COUNTS", scratch.path(name)) {
    options.profile = profile;
    session.emplace(tests::small_net(), options);
    session->set_input(0, tests::small_inputs()[0].bytes());
    session->run();
  }
  bool on_device(std::size_t step) const { return session->steps()[step].device_gflops > 0; }
  bool copies(std::size_t step) const { return session->steps()[step].problem.starts_with("Reorder"); }

  WithEnv counts;
  std::optional<Session> session;
};

struct Dumped {
  bool right = false;
  std::map<std::string, std::set<std::string>> files;  // by extension, the names before it
};

}  // namespace

TEST_CASE(
    "a session that profiles times its steps by the events of the queue, and no other asks for any [host "
    "only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  {
    const Profiled plain(session_options("opencl"), false, "plain", scratch);
    CHECK(fault_calls("clGetEventProfilingInfo") == 0);
    CHECK(fault_calls("clReleaseEvent") == 0);
    for (std::size_t i = 0; i < plain.session->steps().size(); ++i) CHECK(plain.session->step_ns(i) == 0);
  }
  Profiled profiled(session_options("opencl"), true, "profiled", scratch);
  const long launches = fault_calls("clGetEventProfilingInfo") / 2;
  CHECK(launches > 0);
  Session& session = *profiled.session;
  session.run();
  CHECK(fault_calls("clGetEventProfilingInfo") == 4 * launches);
  int computed = 0;
  for (std::size_t i = 0; i < session.steps().size(); ++i) {
    CAPTURE(session.steps()[i].problem);
    CHECK(session.step_ns(i) > 0);
    CHECK(session.step_gap_ns(i) >= 0);
    computed += profiled.on_device(i) && !profiled.copies(i);
  }
  CHECK(computed >= 4);
  profiled.session.reset();
  CHECK(fault_calls("clReleaseEvent") >= launches);
}

TEST_CASE("a driver without a queue that takes times leaves the host's clock, and a warning [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "clCreateCommandQueue:2=-35");
  int warnings = 0;
  set_log_sink(
      [&](LogLevel, const std::string& text) {
        warnings += text.find("has no queue that takes times (CL_INVALID_QUEUE_PROPERTIES)") != text.npos;
      },
      LogLevel::warning);
  const Profiled profiled(session_options("opencl"), true, "clock", scratch);
  set_log_sink({}, LogLevel::off);
  CHECK(warnings == 1);
  CHECK(fault_calls("clGetEventProfilingInfo") == 0);
  for (std::size_t i = 0; i < profiled.session->steps().size(); ++i) {
    CHECK(profiled.session->step_ns(i) > 0);
    CHECK(profiled.session->step_gap_ns(i) == 0);
  }
}

TEST_CASE("events that cannot be read end a run with one line, and a lost device does [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  SessionOptions options = session_options("opencl");
  options.profile = true;
  for (const char* fault :
       {"clGetEventProfilingInfo:1=-7", "clGetEventProfilingInfo:4=-7", "device_lost:4"}) {
    CAPTURE(fault);
    Session session(tests::small_net(), options);
    session.set_input(0, tests::small_inputs()[0].bytes());
    session.run();
    const WithEnv faults("RT3D_TEST_CL_FAULTS", fault);
    CHECK_THROWS_AS(session.run(), Error);
    const WithEnv back("RT3D_TEST_CL_FAULTS", cat("note:", fault));
    session.run();
    CHECK(session.output(0) != nullptr);
  }
}

TEST_CASE("statistics tell a device's memory from the process's") {
  RT3D_NEEDS_OPENCL();
  const SessionStats cpu = Session(tests::small_net(), session_options("cpu")).stats();
  CHECK(cpu.device_arena_bytes == 0);
  CHECK(cpu.device_weight_bytes == 0);
  for (const bool plan_only : {false, true}) {
    CAPTURE(plan_only);
    SessionOptions options = session_options("opencl");
    options.plan_only = plan_only;
    const SessionStats device = Session(tests::small_net(), options).stats();
    CHECK(device.device_arena_bytes > 0);
    CHECK(device.device_arena_bytes < device.arena_bytes);  // inputs and outputs are the host's
    CHECK(device.device_weight_bytes > 0);
    CHECK(device.device_weight_bytes <= device.packed_weight_bytes);
  }
}

TEST_CASE(
    "RT3D_DUMP keeps the programs' sources and binaries, of a warm load, too, and the log of what fails "
    "[host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  SessionOptions options = session_options("opencl");
  options.database = scratch.path() / "rt3d.db";
  const auto dumped = [&](const char* name) {
    const std::string folder = scratch.path(name);
    std::filesystem::create_directory(folder);
    const WithEnv dump("RT3D_DUMP", folder);
    const tests::Outcome out = tests::outcome(options);
    std::map<std::string, std::set<std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      CHECK(std::filesystem::file_size(entry.path()) > 0);
      files[entry.path().extension().string()].insert(entry.path().stem().string());
    }
    return Dumped{is_right(out), files};
  };
  const Dumped cold = dumped("cold");
  CHECK(cold.right);
  REQUIRE(cold.files.contains(".bin"));
  const std::set<std::string>& programs = cold.files.at(".cl");
  CHECK(programs == cold.files.at(".bin"));
  const Dumped warm = dumped("warm");
  CHECK(warm.right);
  REQUIRE(warm.files.contains(".cl"));
  for (const std::string& program : warm.files.at(".cl")) CHECK(programs.contains(program));
  CHECK(warm.files.at(".cl") == warm.files.at(".bin"));
  options.database.clear();
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "build_log");
  const Dumped failed = dumped("failed");
  CHECK_FALSE(failed.right);
  REQUIRE(failed.files.contains(".log"));
  CHECK(failed.files.at(".log") == failed.files.at(".cl"));
  CHECK_FALSE(failed.files.contains(".bin"));
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
