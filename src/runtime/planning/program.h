// A plan with the code of its kernels: everything that a session runs, before constants are packed and memory is there.
#pragma once

#include <memory>
#include <vector>

#include "runtime/planning/kernel_stock.h"

namespace rt3d::runtime {

struct Program {
  Plan plan;
  // By Plan::kernels. Constants are let go of once they are packed.
  std::vector<Constants> constants;
  std::vector<std::shared_ptr<kernels::Kernel>> kernels;
  std::vector<bool> prepared;          // by kernel: another plan's, which has packed its constants
  std::shared_ptr<KernelStock> stock;  // what plans share; nullptr: this one shares nothing
  ThreadPool* packing = nullptr;       // the threads that pack, where these are not the session's
};

// Compiles the plan's kernels, of which there are none yet, but for those that another plan has, and nothing else.
void compile_kernels(Program& program);
// The same, and gives what they work in a place beside the tensors. Once for each program. RT3D_DUMP: plan.txt.
void compile(Program& program);

}  // namespace rt3d::runtime
