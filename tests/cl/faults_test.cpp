// What a session on OpenCL does when calls fail: each fault ends it with one clear line, and what it had made is released. The library that
// injects them is tests/cl_faults.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "cl/opencl_here.h"
#include "cl/small_session.h"
#include "kernels/cl/device.h"
#include "runtime/planned_graph.h"
#include "runtime/running/interpret.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/session.h"
#include "scratch.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::runtime {
namespace {

using tests::fault_calls;
using tests::FaultLibrary;
using tests::is_right;
using tests::outcome;
using tests::Outcome;
using tests::session_options;
using tests::small_inputs;
using tests::small_net;

// Everything that was made is released: `failed` is the function one of whose calls made nothing.
void check_released(const std::string& failed) {
  for (const char* of : {"Context", "CommandQueue", "Kernel"})
    CHECK_MESSAGE(fault_calls((std::string("clCreate") + of).c_str()) -
                          (failed == std::string("clCreate") + of ? 1 : 0) ==
                      fault_calls((std::string("clRelease") + of).c_str()),
                  of);
  CHECK(fault_calls("clCreateBuffer") - (failed == "clCreateBuffer" ? 1 : 0) ==
        fault_calls("clReleaseMemObject"));
  CHECK(fault_calls("clCreateProgramWithSource") - (failed == "clCreateProgramWithSource" ? 1 : 0) ==
        fault_calls("clReleaseProgram"));
}

void check_one_line(const Outcome& out) {
  CHECK_MESSAGE(out.text.starts_with("OpenCL: "), out.text);
  CHECK(out.text.find('\n') == std::string::npos);
  CHECK(out.text.size() < 700);
}

// As many calls of a function as a session without faults makes, and one that is too late to matter.
void fail_each(const char* function, int error, Code code, int step = 1) {
  const tests::Scratch scratch;
  int failures = 0;
  for (int n = 1;; n += step) {
    REQUIRE(n < 1000);
    CAPTURE(function);
    CAPTURE(n);
    const WithEnv counts("RT3D_TEST_CL_COUNTS", scratch.path(cat(function, n)));
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat(function, ":", n, "=", error));
    const Outcome out = outcome(session_options("opencl"));
    if (fault_calls("faults") == 0) {
      CHECK(is_right(out));
      check_released("");
      break;
    }
    ++failures;
    REQUIRE(out.code);
    CHECK(*out.code == code);
    check_one_line(out);
    check_released(function);
  }
  CHECK(failures > 0);
  CHECK(is_right(outcome(session_options("cpu"))));
  const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("note:after ", function));
  CHECK(is_right(outcome(session_options("opencl"))));
}

}  // namespace

TEST_CASE(
    "where there is no library, no platform or no device, OpenCL is not available, and says why [host "
    "only]") {
  RT3D_NEEDS_OPENCL();
  {
    const WithEnv library("RT3D_OPENCL_LIBRARY", "/nowhere/libOpenCL.so");
    std::string why;
    CHECK(kernels::cl::list_devices(&why).empty());
    CHECK(why.find("/nowhere/libOpenCL.so") != std::string::npos);
    CHECK(outcome(session_options("opencl")).code == Code::unsupported);
  }
  const FaultLibrary library;
  for (const char* fault : {"no_platforms", "no_devices", "clGetPlatformIDs:2=-6", "clGetDeviceIDs:2=-5"}) {
    CAPTURE(fault);
    {
      const WithEnv faults("RT3D_TEST_CL_FAULTS", fault);
      std::string why;
      CHECK(kernels::cl::list_devices(&why).empty());
      CHECK(why.find(FaultLibrary::file()) != std::string::npos);
    }
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat(fault, ",note:again"));
    const Outcome out = outcome(session_options("opencl"));
    CHECK(out.code == Code::unsupported);
    CHECK_MESSAGE(out.text.find("opencl") != std::string::npos, out.text);
    CHECK(is_right(outcome(session_options("cpu"))));
  }
  CHECK(is_right(outcome(session_options("opencl"))));
}

TEST_CASE("a driver that compiles nothing is quoted in one line [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  {
    const WithEnv faults("RT3D_TEST_CL_FAULTS", "build_log");
    for (const char* devices : {"opencl", "opencl,cpu"}) {
      const WithEnv force("RT3D_FORCE", "conv.direct.cl");
      const Outcome out = outcome(session_options(devices));
      CHECK(out.code == Code::device);
      check_one_line(out);
      CHECK_MESSAGE(out.text.find("error: made up") != std::string::npos, out.text);
      CHECK_MESSAGE(out.text.find("CL_BUILD_PROGRAM_FAILURE") != std::string::npos, out.text);
    }
    CHECK(is_right(outcome(session_options("cpu"))));
  }
  fail_each("clBuildProgram", -11, Code::device);
  fail_each("clCreateKernel", -5, Code::device);
  fail_each("clCreateProgramWithSource", -6, Code::out_of_memory);
}

TEST_CASE(
    "whichever allocation a device refuses, the session ends with out of memory and leaks nothing [host "
    "only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  fail_each("clCreateBuffer", -4, Code::out_of_memory);
  fail_each("clCreateContext", -6, Code::out_of_memory);
  fail_each("clCreateCommandQueue", -5, Code::device);
}

TEST_CASE("calls that fail while a session is made or runs end it with the first error [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  for (const char* function :
       {"clSetKernelArg", "clEnqueueNDRangeKernel", "clEnqueueWriteBuffer", "clEnqueueFillBuffer",
        "clEnqueueMapBuffer", "clEnqueueUnmapMemObject", "clFlush"})
    fail_each(function, -5, Code::device);
  // Memory that goes waits, too, for a queue that may be lost: nobody is told of that.
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "clFinish:*=-5");
  const Outcome out = outcome(session_options("opencl"));
  CHECK(out.code == Code::device);
  check_one_line(out);
}

TEST_CASE("a device that is lost fails the run, and the CPU goes on [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  int failures = 0;
  for (int n = 1;; ++n) {
    REQUIRE(n < 1000);
    CAPTURE(n);
    const WithEnv counts("RT3D_TEST_CL_COUNTS", scratch.path(cat("lost", n)));
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("device_lost:", n));
    const Outcome out = outcome(session_options("opencl"));
    check_released("");
    if (!out.code) {
      CHECK(is_right(out));
      break;
    }
    ++failures;
    CHECK(*out.code == Code::device);
    check_one_line(out);
    CHECK_MESSAGE(out.text.find("CL_OUT_OF_RESOURCES") != std::string::npos, out.text);
    CHECK(is_right(outcome(session_options("cpu"))));
  }
  CHECK(failures > 5);
}

TEST_CASE("a session whose device was lost runs again when it is back [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  Session session(small_net(), session_options("opencl"));
  const std::vector<Tensor> inputs = small_inputs();
  session.set_input(0, inputs[0].bytes());
  for (int round = 0; round < 2; ++round) {
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("device_lost:", 1 + 2 * round));
    try {
      session.run();
      FAIL("the device is lost, and nobody says so");
    } catch (const Error& error) {
      CHECK(error.code() == Code::device);
    }
  }
  Outcome out;
  session.run();
  const auto* y = reinterpret_cast<const float*>(session.output(0));
  out.values.assign(y, y + 5);
  CHECK(is_right(out));
}

TEST_CASE(
    "kernels start in groups as small as the driver says, and memory comes in pieces that 32 bits count "
    "[host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  for (const char* limit : {"1", "3", "4", "1000000"}) {
    const std::string file = scratch.write(
        cat("limit", limit),
        cat("CL_KERNEL_WORK_GROUP_SIZE=", limit, "\nCL_DEVICE_MAX_MEM_ALLOC_SIZE=100000000000\n"));
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("describe:", file));
    const Outcome out = outcome(session_options("opencl"));
    CHECK_MESSAGE(is_right(out), out.text);
    const std::vector<kernels::cl::ClDevice> devices = kernels::cl::list_devices();
    REQUIRE_FALSE(devices.empty());
    CHECK(devices[0].description.most_bytes < std::int64_t{1} << 32);
    CHECK(devices[0].description.most_bytes > std::int64_t{1} << 31);
  }
}

TEST_CASE("a session takes no more memory than the device has, and of a phone's half [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  const auto with_memory = [&](const char* name, std::int64_t bytes) {
    const std::string file = scratch.write(
        cat(name, bytes), cat("CL_DEVICE_NAME=", name, "\nCL_DEVICE_GLOBAL_MEM_SIZE=", bytes, "\n"));
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("describe:", file));
    return outcome(session_options("opencl"));
  };
  constexpr const char *kGpu = "Some GPU", *kPhone = "QUALCOMM Adreno(TM) 650";
  for (const char* name : {kGpu, kPhone})  // which measures it, with more memory
    CHECK(is_right(with_memory(name, std::int64_t{1} << 30)));
  std::int64_t enough = 256;
  for (; enough < 1 << 20; enough *= 2) {
    const Outcome out = with_memory(kGpu, enough);
    if (!out.code) break;
    CHECK(out.code == Code::out_of_memory);
    check_one_line(out);
    CHECK_MESSAGE(out.text.find("bytes of memory, of which a session takes at most") != std::string::npos,
                  out.text);
  }
  CHECK(enough > 256);
  CHECK(enough < 1 << 20);
  CHECK(with_memory(kPhone, enough).code == Code::out_of_memory);
  CHECK(is_right(with_memory(kPhone, 2 * enough)));
}

TEST_CASE("auto takes the CPU where the device computes wrong numbers, and remembers it [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const tests::Scratch scratch;
  SessionOptions options = session_options("auto,opencl:0");
  options.database = scratch.path("tuning.db");
  options.tuning.mode = tuner::Mode::quick;
  options.tuning.limit_ms = 1;  // nothing is tuned: whole runs alone tell
  options.tuning.now = [hours = 0]() mutable {
    return std::chrono::steady_clock::time_point(std::chrono::hours(++hours));
  };
  const auto says_wrong = [&] {
    return Session(small_net(), options).device_text().find("opencl:0 computes wrong numbers)") !=
           std::string::npos;
  };
  {
    const WithEnv faults("RT3D_TEST_CL_FAULTS", "wrong_numbers:64");
    CHECK(says_wrong());
    CHECK(is_right(outcome(options)));
  }
  options.tuning.mode = tuner::Mode::off;
  CHECK(says_wrong());
  options.database = scratch.path("other.db");
  options.tuning.mode = tuner::Mode::quick;
  CHECK_FALSE(says_wrong());
}

TEST_CASE("a driver that takes its time to compile is waited for [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "hang_build:200");
  CHECK(is_right(outcome(session_options("opencl"))));
}

TEST_CASE(
    "a driver that computes wrong numbers has its candidates discarded, and the CPU computes [host only]") {
  RT3D_NEEDS_OPENCL();
  const FaultLibrary library;
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "wrong_numbers:64");
  SessionOptions options = session_options("opencl,cpu");
  options.tuning.mode = tuner::Mode::quick;
  options.tuning.limit_ms = 3'600'000;  // tuning ends sooner
  options.tuning.look = [] { return tuner::MachineState{0, 8}; };
  int discarded = 0;
  set_log_sink(
      [&](LogLevel, const std::string& text) {
        discarded += text.starts_with("discarded ") && text.find(".cl ") != text.npos;
      },
      LogLevel::warning);
  const Outcome out = outcome(options);
  set_log_sink({}, LogLevel::off);
  CHECK(discarded > 0);
  CHECK(is_right(out));
  for (const StepReport& step : out.steps) CHECK_FALSE(step.family.ends_with(".cl"));
}

TEST_SUITE_END();
}  // namespace rt3d::runtime
