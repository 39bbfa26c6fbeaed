// Every call passes here first: it is counted, and learns which faults there are.
#pragma once

#include <memory>

#include "faults.h"

namespace rt3d::cl_faults {

struct Begun {
  std::shared_ptr<const Faults> faults;
  cl_int error;  // what the call is to answer at once; CL_SUCCESS: nothing
};

// Reads the environment: what a test has set since the call before holds from here on.
Begun begin_call(Function function);

void count_fault();  // a call was answered, or what it computed changed, otherwise than the real library would have
void write_counts();  // to the file in RT3D_TEST_CL_COUNTS, if there is one

}  // namespace rt3d::cl_faults

// How often a function was called since RT3D_TEST_CL_COUNTS was last set, or how many "faults" there were; -1 for other names. For
// tests in the same process, which find it with dlsym.
extern "C" __attribute__((visibility("default"))) long rt3d_cl_faults_calls(const char* function);
