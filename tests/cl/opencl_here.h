// The OpenCL device that the tests of this folder run on: the first of the machine, PoCL where there is no GPU. What they leave out of
// ordinary runs is run with RT3D_TEST_CL=all.
#pragma once

#include <memory>
#include <string_view>

#include "kernels/engine.h"
#include "skip.h"

namespace rt3d::tests {

bool opencl_is_here();

// An engine of its own: what it has compiled is let go with it.
std::unique_ptr<kernels::Engine> opencl_engine(ThreadPool& pool,
                                               kernels::Accuracy accuracy = kernels::Accuracy::exact);

// Whether RT3D_TEST_CL asks for everything.
bool all_of_opencl();
// Whether this text is one of the n-th part that ordinary runs take: its checksum decides, so that it is always the same part.
bool is_sampled(std::string_view text, int part);

// A file of tests/problems, of whose lines ordinary runs take one of so many.
struct ListPart {
  const char* file;
  int part;
};
inline constexpr int kMostFailures = 5;  // of a family: enough to see a pattern

// A driver keeps what it has compiled: an engine that is replaced after so many kernels, so that thousands of them fit.
class RenewedEngine {
 public:
  explicit RenewedEngine(ThreadPool& pool) : pool_(pool) {}
  kernels::Engine& get() {
    constexpr int kMostUses = 150;
    if (!engine_ || ++uses_ > kMostUses) {
      engine_.reset();
      engine_ = opencl_engine(pool_, kernels::Accuracy::half);  // that all families take part
      uses_ = 1;
    }
    return *engine_;
  }

 private:
  ThreadPool& pool_;
  std::unique_ptr<kernels::Engine> engine_;
  int uses_ = 0;
};

}  // namespace rt3d::tests

#define RT3D_NEEDS_OPENCL() \
  if (!rt3d::tests::opencl_is_here()) RT3D_SKIP("no OpenCL device here; scripts/setup installs PoCL")
