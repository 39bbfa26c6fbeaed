// A small net through whole sessions, with the library of tests/cl_faults in the place of OpenCL's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/graph.h"
#include "runtime/session.h"
#include "with_env.h"

namespace rt3d::tests {

const graph::Graph& small_net();  // a convolution, both poolings, a classifier
std::vector<Tensor> small_inputs();
runtime::SessionOptions session_options(const char* device);  // one thread, no tuning

// What a session computes of the net, or how it ends.
struct Outcome {
  std::optional<Code> code = {};
  std::string text = {};
  std::vector<float> values = {};
  std::vector<runtime::StepReport> steps = {};
};
Outcome outcome(const runtime::SessionOptions& options);
bool is_right(const Outcome& out);        // the reference's answer
void check_one_line(const Outcome& out);  // how an error of OpenCL's reads

// The library of faults is the one that is opened, for as long as the object lives; RT3D_TEST_CL_FAULTS says which, none to begin with.
class FaultLibrary {
 public:
  FaultLibrary();
  static const char* file();

 private:
  WithEnv library_, none_;
};

// Calls of a function since RT3D_TEST_CL_COUNTS was set.
long fault_calls(const char* function);

}  // namespace rt3d::tests
