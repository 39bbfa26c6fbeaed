// A driver that hangs while it compiles: sessions end with a status, auto goes on with the CPU, and later loads do not try again.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>

#include "base/log.h"
#include "cl/opencl_here.h"
#include "cl/small_session.h"
#include "runtime/session.h"
#include "scratch.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::runtime {
namespace {

using tests::check_one_line;
using tests::fault_calls;
using tests::is_right;
using tests::Outcome;
using tests::outcome;
using tests::session_options;

// What hangs goes on by itself: its thread lets the context go at the end.
void wait_for_what_hangs() {
  while (fault_calls("clReleaseContext") < fault_calls("clCreateContext"))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

}  // namespace

TEST_CASE(
    "a driver that hangs a build is given up, remembered, and replaced by the CPU under auto [host only]") {
  RT3D_NEEDS_OPENCL();
  const tests::FaultLibrary library;
  const tests::Scratch scratch;
  const WithEnv counts("RT3D_TEST_CL_COUNTS", scratch.path("counts"));
  const WithEnv patience("RT3D_OPENCL_PATIENCE", "1");
  SessionOptions options = session_options("opencl");
  options.database = scratch.path("tuning.db");
  {
    const WithEnv hangs("RT3D_TEST_CL_FAULTS", "hang_build:3000");
    const Outcome out = outcome(options);
    CHECK(out.code == Code::device);
    check_one_line(out);
    CHECK_MESSAGE(out.text.find(" hangs: it has compiled ") != std::string::npos, out.text);
  }
  const Outcome again = outcome(options);
  CHECK(again.code == Code::device);
  check_one_line(again);
  CHECK_MESSAGE(again.text.find(" hung before when it compiled ") != std::string::npos, again.text);

  SessionOptions automatic = options;
  automatic.device = "auto,opencl:0";
  automatic.tuning.mode = tuner::Mode::quick;
  automatic.tuning.limit_ms = 1;
  for (const char* database : {"tuning.db", "other.db"}) {  // it is known to hang, and it hangs
    CAPTURE(database);
    automatic.database = scratch.path(database);
    const WithEnv hangs("RT3D_TEST_CL_FAULTS", "hang_build:3000");
    CHECK(is_right(outcome(automatic)));
  }
  wait_for_what_hangs();
  options.database = scratch.path("third.db");
  CHECK(is_right(outcome(options)));
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
