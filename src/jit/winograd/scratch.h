// How a Winograd convolution's scratch memory is divided. Threads that share blocks are one crew, others a crew each. A crew has S
// and M of its block; every worker has what its spatial transforms spill, V, R and the weights of a panel that it transforms late.
#pragma once

#include <cstddef>

#include "jit/winograd/plan.h"

namespace rt3d::jit {

class WinogradScratch {
 public:
  struct Crew {
    float *s, *m;
  };
  struct Worker {
    float *transform, *v, *r, *late;
  };

  // late_floats: of weights transformed late, of every worker.
  WinogradScratch(const WinogradPlan& plan, int threads, std::int64_t late_floats);

  std::size_t bytes() const;
  Crew crew(std::byte* scratch, int number) const;  // 0 where threads share blocks, else the worker's number
  Worker worker(std::byte* scratch, int number) const;

 private:
  std::int64_t workers_, crews_;
  std::int64_t s_floats_, v_floats_, r_floats_, transform_floats_;
  std::int64_t crew_floats_, worker_floats_;
};

}  // namespace rt3d::jit
