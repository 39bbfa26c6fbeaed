// The backend that generates machine code for this CPU: x86-64 (AVX2+FMA, AVX-512) and AArch64 (NEON).
#pragma once

#include <span>

#include "kernels/family.h"

namespace rt3d::jit {

// All families, in the order in which equals are preferred. Which of them support a problem depends on
// target.device.isa.
std::span<const kernels::KernelFamily* const> families();

// The fused-multiply-add peak of the device's ISA in GFLOP/s (2 FLOPs per multiply-accumulate), all threads
// of the pool, measured now.
double measure_peak_gflops(const Device& device, ThreadPool& pool);

// A look at the machine that takes a few milliseconds, by the same multiply-adds in short slices on all threads of the pool.
struct Look {
  double multiply_adds_per_ns =
      0;            // the fastest slice of any thread, times the threads; 0 without generated code
  double lost = 0;  // time between and beyond the slices' fastest, over that: what others took
};
Look look_at_machine(const Device& device, ThreadPool& pool);

// Bytes of generated code alive in this process.
std::size_t code_bytes();

}  // namespace rt3d::jit
