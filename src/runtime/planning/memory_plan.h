// Puts buffers that are not needed at the same time into the same memory: greedy, largest first, each into the smallest gap that
// fits (Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference", 2020).
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/planning/plan.h"

namespace rt3d::runtime {

// A buffer that is needed from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct MemoryPlan {
  std::vector<std::size_t> offsets;  // by buffer, multiples of 64
  std::size_t arena_bytes = 0;
  std::size_t tensor_bytes = 0;  // the sum of all buffers
};

MemoryPlan plan_memory(const std::vector<Lifetime>& buffers);

// Gives every storage of the plan its offset, and the plan the sizes: space by space, first floats of each type, then what is none.
void place_storages(Plan& plan);

}  // namespace rt3d::runtime
