// A plan with the code of its kernels: everything that a session runs, before constants are packed and memory is there.
#pragma once

#include <memory>
#include <vector>

#include "runtime/planning/plan.h"

namespace rt3d::runtime {

using Constants = std::vector<Tensor>;  // one per input of a kernel's problem; empty where it is not constant

struct Program {
  Plan plan;
  // By Plan::kernels. Constants are let go of once they are packed.
  std::vector<Constants> constants;
  std::vector<std::unique_ptr<kernels::Kernel>> kernels;
};

// Compiles the plan's kernels, of which there are none yet, and nothing else.
void compile_kernels(Program& program);
// The same, and gives what they work in a place beside the tensors. Once for each program. RT3D_DUMP: plan.txt.
void compile(Program& program);

}  // namespace rt3d::runtime
