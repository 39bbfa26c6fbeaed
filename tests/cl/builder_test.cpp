// Programs that are compiled in the background: how long somebody waits for them, and what becomes of those that nobody wants any more.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "cl/opencl_here.h"
#include "cl/small_session.h"
#include "kernels/cl/engine.h"
#include "scratch.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::cl::Builder;
using std::chrono::nanoseconds;

constexpr nanoseconds kForever = nanoseconds::max();

// Programs that differ in an option.
kernels::cl::KernelCode numbered(int number) {
  return {{"numbered.cl", "__kernel void numbered(__global int* y) { *y = NUMBER; }\n"},
          cat("-DNUMBER=", number),
          "numbered"};
}

struct Compiler {
  explicit Compiler(const char* name, int threads = 1)
      : counts("RT3D_TEST_CL_COUNTS", scratch.path(name)),
        pool(threads),
        engine(kernels::cl::device_number(0), {this_device(), threads}, pool) {}
  FaultLibrary library;
  Scratch scratch;
  WithEnv counts;
  ThreadPool pool;
  kernels::cl::ClEngine engine;
};

}  // namespace

TEST_CASE("a program that takes long is waited for as long as one wants [host only]") {
  RT3D_NEEDS_OPENCL();
  Compiler compiler("wait");
  Builder& builder = compiler.engine.builder();
  CHECK(compiler.engine.compiles_ahead() == 1);
  CHECK(compiler.engine.await_compiling(nanoseconds(0)));
  const WithEnv faults("RT3D_TEST_CL_FAULTS", "hang_build:2000");
  const Builder::Ticket ticket = builder.start(numbered(1));
  CHECK_FALSE(builder.await(ticket, std::chrono::milliseconds(1)));
  CHECK_FALSE(builder.await(ticket, nanoseconds(-1)));
  CHECK_FALSE(compiler.engine.await_compiling(std::chrono::milliseconds(1)));
  CHECK(builder.await(ticket, kForever));
  CHECK(compiler.engine.await_compiling(nanoseconds(0)));
  CHECK(builder.kernel(ticket));
}

TEST_CASE(
    "programs that nobody wants any more are not compiled, and compile when somebody wants them again [host "
    "only]") {
  RT3D_NEEDS_OPENCL();
  Compiler compiler("unwanted");
  Builder& builder = compiler.engine.builder();
  {
    const WithEnv faults("RT3D_TEST_CL_FAULTS", "hang_build:500");
    std::vector<Builder::Ticket> unwanted;
    for (int i = 0; i < 6; ++i) unwanted.push_back(builder.start(numbered(i)));
    const Builder::Ticket wanted = unwanted[5];
    unwanted.clear();
    CHECK(builder.await(wanted, kForever));
    CHECK(builder.kernel(wanted));
    CHECK(compiler.engine.await_compiling(kForever));
    CHECK(fault_calls("clBuildProgram") <= 2);  // the first had begun, perhaps
  }
  const Builder::Ticket again = builder.start(numbered(3));
  CHECK(builder.kernel(again));
  CHECK(builder.start(numbered(3)) == again);
}

TEST_CASE("as many programs compile at a time as there are threads, up to four") {
  RT3D_NEEDS_OPENCL();
  for (const int threads : {1, 3, 9}) {
    ThreadPool pool(threads);
    kernels::cl::ClEngine engine(kernels::cl::device_number(0), {this_device(), threads}, pool);
    CHECK(engine.compiles_ahead() == std::min(threads, 4));
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
