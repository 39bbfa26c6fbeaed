// What fully connected layers of few rows share, whose outputs are dot products along k, with weights in floats or halves:
//
//   for group of four outputs, threads draw runs of them:
//     for part of k:  for step in its steps:  acc[output][m] += x[m][step] · w[output][step]
//   then, outside the generated code: parts (sum_parts.h) and lanes are summed, and the output finished
//
// Whoever derives holds the weights and says what a step is and what a finished output.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "jit/asm/code.h"
#include "jit/family/isa_family.h"
#include "jit/fc/shape.h"
#include "kernels/activation.h"

namespace rt3d::jit {

inline constexpr int kDotOutputs = 4;   // rows of w walked together: as many streams as prefetchers like
inline constexpr int kDotHalves = 2;    // accumulators of an output and row: sums that do not wait
inline constexpr int kDotMostRows = 4;  // of x
inline constexpr int kDotTask = 32;     // outputs that a thread draws

// The code for `m` rows of x: its registers, and the loop around a step.
class DotLoop {
 public:
  static constexpr Gp kX{1};
  static constexpr Gp w(int output) { return {2 + output}; }

  explicit DotLoop(int m) : m_(m) {}
  Vec acc(int output, int row, int half) const { return {(output * m_ + row) * kDotHalves + half}; }
  int accumulators() const { return kDotOutputs * m_ * kDotHalves; }  // the vector registers behind are free

  // `step` multiplies what is at the pointers, which move on by these bytes.
  void emit(Asm& as, std::int32_t x_step, std::int32_t w_step, const std::function<void()>& step) const;

 private:
  int m_;
};

class DotKernel : public Kernel {
 protected:
  // The rows of x, and those of w, `w_row` bytes apart.
  struct Rows {
    const float* x;
    const std::byte* w;
    std::int64_t w_row;
    std::int64_t steps;           // may be 0
    std::int64_t x_step, w_step;  // bytes
  };

  explicit DotKernel(const KernelRequest& request);

  void run_rows(const RunArgs& args, const Rows& rows) const;
  // Output n of row i from the sums in each lane; the activation follows.
  virtual float finish(const float* lanes, const Rows& rows, std::int64_t i, std::int64_t n) const = 0;

  FcShape s_;
  int lanes_;
  std::shared_ptr<const Code> code_;  // a DotLoop's

 private:
  void run_outputs(const RunArgs& args, const Rows& rows, std::int64_t n) const;
  // Adds the products of steps [first, end), which are some, to the sums of outputs n, n + 1, …
  void add_part(const Rows& rows, std::int64_t n, std::int64_t first, std::int64_t end, float* sums) const;

  kernels::Activation activation_;
};

class DotFamily : public IsaFamily {
 public:
  using IsaFamily::IsaFamily;

  bool computes(const Problem& problem) const override;  // with at most kDotMostRows
  Ports ports(const Problem& problem, const Target& target) const final;
};

}  // namespace rt3d::jit
