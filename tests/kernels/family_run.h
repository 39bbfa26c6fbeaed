// Runs one family on given inputs as a plan would: operands lie as the family's ports ask, some of them inside larger tensors,
// with canaries wherever the kernel must not write and not-a-number where it must not read.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "kernels/engine.h"
#include "kernels/family.h"

namespace rt3d::tests {

// Weights in the transform domain where the problem has them, and zeros where it says so: but for every fifth seed, which leaves the
// weights dense (results must be right for any), and with nothing left of the first group of output channels for every third.
void make_weights(const kernels::Problem& problem, std::uint64_t seed, std::vector<Tensor>& inputs);

// What the lanes beyond the last channel of a block may hold afterwards. Finite inputs leave them finite.
enum class UnusedLanes { finite, anything };

struct FamilyRun {
  std::vector<Tensor> outputs;
  std::string fault;  // what the kernel did wrong around its outputs and scratch memory; empty: nothing
};

// Problem, family, schedule and seed, but not the number of threads, decide for each blocked operand whether it has more halo than the
// family needs or just that (an output without any is contiguous), and whether it lies inside a larger tensor. Of an engine with memory
// of its own, which runs the kernel then: what lies in that memory is copied there with its guards, and back.
FamilyRun run_family(const kernels::KernelFamily& family, const kernels::Problem& problem,
                     const kernels::Schedule& schedule, const kernels::Target& target, ThreadPool& pool,
                     std::uint64_t seed, std::span<const Tensor> inputs, UnusedLanes lanes,
                     kernels::Engine* engine = nullptr);

}  // namespace rt3d::tests
