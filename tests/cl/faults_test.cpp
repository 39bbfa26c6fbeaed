// What a session on OpenCL does when calls fail: each fault ends it with one clear line, and what it had made is released. The library that
// injects them is tests/cl_faults.
#include <dlfcn.h>
#include <doctest/doctest.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "cl/opencl_here.h"
#include "graph/model.h"
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

const char* const kNet =
    "graph \"net\"\n"
    "input x f32 1x3x2x6x6\n"
    "const w1 f32 8x3x3x3x3\nconst b1 f32 8\n"
    "a f32 1x8x2x6x6 = Conv(x, w1, b1) \"stem\" strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1 group=1 "
    "kernel_shape=3x3x3\n"
    "r f32 1x8x2x6x6 = Relu(a)\n"
    "p f32 1x8x1x3x3 = MaxPool(r) kernel_shape=2x2x2 strides=2x2x2 pads=0x0x0x0x0x0\n"
    "g f32 1x8x1x1x1 = GlobalAveragePool(p)\n"
    "f f32 1x8 = Flatten(g) axis=1\n"
    "const w2 f32 5x8\nconst b2 f32 5\n"
    "y f32 1x5 = Gemm(f, w2, b2) \"classifier\" transB=1\n"
    "output y\n";

const graph::Graph& net() {
  static const graph::Graph model = graph::parse_graph(kNet);
  return model;
}

SessionOptions options_for(const char* device) {
  SessionOptions options;
  options.device = device;
  options.threads = 1;
  options.tuning.mode = tuner::Mode::off;
  return options;
}

// What a session computes of the net, or how it ends.
struct Outcome {
  std::optional<Code> code;
  std::string text;
  std::vector<float> values;
  std::vector<StepReport> steps;
};

Outcome outcome(const SessionOptions& options) {
  Outcome out;
  try {
    Session session(net(), options);
    const std::vector<Tensor> inputs = test::random_inputs(net(), 1);
    session.set_input(0, inputs[0].bytes());
    session.run();
    const auto* y = reinterpret_cast<const float*>(session.output(0));
    out.values.assign(y, y + 5);
    out.steps = session.steps();
  } catch (const Error& error) {
    out.code = error.code();
    out.text = error.what();
  }
  return out;
}

const std::vector<float>& right() {
  static const std::vector<float> values = outcome(options_for("reference")).values;
  return values;
}

bool is_right(const Outcome& out) {
  if (out.code || out.values.size() != right().size()) return false;
  for (std::size_t i = 0; i < right().size(); ++i)
    if (!(std::abs(out.values[i] - right()[i]) <= 1e-5F * (1 + std::abs(right()[i])))) return false;
  return true;
}

// The library of faults in the place of the system's, for as long as the object lives.
struct Faulty {
  WithEnv library{"RT3D_OPENCL_LIBRARY", RT3D_CL_FAULTS};
  WithEnv none{"RT3D_TEST_CL_FAULTS", ""};
};

// Calls of a function since RT3D_TEST_CL_COUNTS was set.
long calls(const char* function) {
  void* library = dlopen(RT3D_CL_FAULTS, RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) FAIL("the library of faults was not opened");
  const auto ask = reinterpret_cast<long (*)(const char*)>(dlsym(library, "rt3d_cl_faults_calls"));
  dlclose(library);
  if (ask == nullptr) FAIL("the library of faults counts nothing");
  return ask(function);
}

// Everything that was made is released: `failed` is the function one of whose calls made nothing.
void check_released(const std::string& failed) {
  for (const char* of : {"Context", "CommandQueue", "Kernel"})
    CHECK_MESSAGE(
        calls((std::string("clCreate") + of).c_str()) - (failed == std::string("clCreate") + of ? 1 : 0) ==
            calls((std::string("clRelease") + of).c_str()),
        of);
  CHECK(calls("clCreateBuffer") - (failed == "clCreateBuffer" ? 1 : 0) == calls("clReleaseMemObject"));
  CHECK(calls("clCreateProgramWithSource") - (failed == "clCreateProgramWithSource" ? 1 : 0) ==
        calls("clReleaseProgram"));
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
    const Outcome out = outcome(options_for("opencl"));
    if (calls("faults") == 0) {
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
  CHECK(is_right(outcome(options_for("cpu"))));
  const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("note:after ", function));
  CHECK(is_right(outcome(options_for("opencl"))));
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
    CHECK(outcome(options_for("opencl")).code == Code::unsupported);
  }
  const Faulty faulty;
  for (const char* fault : {"no_platforms", "no_devices", "clGetPlatformIDs:2=-6", "clGetDeviceIDs:2=-5"}) {
    CAPTURE(fault);
    {
      const WithEnv faults("RT3D_TEST_CL_FAULTS", fault);
      std::string why;
      CHECK(kernels::cl::list_devices(&why).empty());
      CHECK(why.find(RT3D_CL_FAULTS) != std::string::npos);
    }
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat(fault, ",note:again"));
    const Outcome out = outcome(options_for("opencl"));
    CHECK(out.code == Code::unsupported);
    CHECK_MESSAGE(out.text.find("opencl") != std::string::npos, out.text);
    CHECK(is_right(outcome(options_for("cpu"))));
  }
  CHECK(is_right(outcome(options_for("opencl"))));
}

TEST_CASE("a driver that compiles nothing is quoted in one line [host only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  {
    const WithEnv faults("RT3D_TEST_CL_FAULTS", "build_log");
    for (const char* devices : {"opencl", "opencl,cpu"}) {
      const WithEnv force("RT3D_FORCE", "conv.direct.cl");
      const Outcome out = outcome(options_for(devices));
      CHECK(out.code == Code::device);
      check_one_line(out);
      CHECK_MESSAGE(out.text.find("error: made up") != std::string::npos, out.text);
      CHECK_MESSAGE(out.text.find("CL_BUILD_PROGRAM_FAILURE") != std::string::npos, out.text);
    }
    CHECK(is_right(outcome(options_for("cpu"))));
  }
  fail_each("clBuildProgram", -11, Code::device);
  fail_each("clCreateKernel", -5, Code::device);
  fail_each("clCreateProgramWithSource", -6, Code::out_of_memory);
}

TEST_CASE(
    "whichever allocation a device refuses, the session ends with out of memory and leaks nothing [host "
    "only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  fail_each("clCreateBuffer", -4, Code::out_of_memory);
  fail_each("clCreateContext", -6, Code::out_of_memory);
  fail_each("clCreateCommandQueue", -5, Code::device);
}

TEST_CASE("calls that fail while a session is made or runs end it with the first error [host only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  for (const char* function :
       {"clSetKernelArg", "clEnqueueNDRangeKernel", "clEnqueueWriteBuffer", "clEnqueueFillBuffer",
        "clEnqueueMapBuffer", "clEnqueueUnmapMemObject", "clFlush"})
    fail_each(function, -5, Code::device);
  // Memory that goes waits, too, for a queue that may be lost: nobody is told of that.
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "clFinish:*=-5");
  const Outcome out = outcome(options_for("opencl"));
  CHECK(out.code == Code::device);
  check_one_line(out);
}

TEST_CASE("a device that is lost fails the run, and the CPU goes on [host only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  const tests::Scratch scratch;
  int failures = 0;
  for (int n = 1;; ++n) {
    REQUIRE(n < 1000);
    CAPTURE(n);
    const WithEnv counts("RT3D_TEST_CL_COUNTS", scratch.path(cat("lost", n)));
    const WithEnv faults("RT3D_TEST_CL_FAULTS", cat("device_lost:", n));
    const Outcome out = outcome(options_for("opencl"));
    check_released("");
    if (!out.code) {
      CHECK(is_right(out));
      break;
    }
    ++failures;
    CHECK(*out.code == Code::device);
    check_one_line(out);
    CHECK_MESSAGE(out.text.find("CL_OUT_OF_RESOURCES") != std::string::npos, out.text);
    CHECK(is_right(outcome(options_for("cpu"))));
  }
  CHECK(failures > 5);
}

TEST_CASE("a session whose device was lost runs again when it is back [host only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  Session session(net(), options_for("opencl"));
  const std::vector<Tensor> inputs = test::random_inputs(net(), 1);
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
    "a driver that computes wrong numbers has its candidates discarded, and the CPU computes [host only]") {
  RT3D_NEEDS_OPENCL();
  const Faulty faulty;
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "wrong_numbers:64");
  SessionOptions options = options_for("opencl,cpu");
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
