// A small linear map y = M x on vectors in registers, as a program of few instructions: what the transforms of Winograd's
// convolution are made of. Outputs (or inputs) that differ only in signs are computed in pairs from two shared sums; zeros,
// ones and inputs known to be zero cost nothing.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "jit/asm/asm.h"
#include "kernels/linear_map.h"

namespace rt3d::jit {

using kernels::LinearMap;

// One instruction. Registers: the inputs that are used, then temporaries.
struct LinearOp {
  enum Kind { zero, copy, add, sub, mul, fma, give };
  Kind kind;
  int dst;     // register; give: output
  int a = 0;   // register
  int b = -1;  // register; mul and fma: constant
};

class LinearProgram {
 public:
  // The given outputs. Inputs outside [first, last) are zero.
  LinearProgram(const LinearMap& map, const std::vector<int>& outputs, int first, int last);

  int registers() const { return registers_; }  // inputs and temporaries
  const std::vector<float>& constants() const { return constants_; }
  const std::vector<LinearOp>& ops() const { return ops_; }
  const std::vector<int>& used_inputs() const { return used_; }  // number i of them is expected in register i

  // Emits the program. `registers` holds the inputs (clobbered) and temporaries, `constants` the values of constants();
  // `give(output, vec)` takes an output in a temporary, which it may clobber.
  void emit(Asm& as, std::span<const Vec> registers, std::span<const Vec> constants,
            const std::function<void(int, Vec)>& give) const;

 private:
  static constexpr int kTemporaries = 3;
  struct Term {
    double c;
    int input, reg;
  };
  void pair_inputs(LinearMap& map, const std::vector<int>& outputs);
  void pair_outputs(const LinearMap& map, const std::vector<int>& outputs, std::vector<bool>& done,
                    int output);
  std::vector<Term> terms(const LinearMap& map, int output) const;
  int sum(std::vector<Term> terms, int temporary);
  int constant(double value);
  int temporary(int i);
  std::size_t slot(int temporary) const {
    return static_cast<std::size_t>(inputs_) + static_cast<std::size_t>(temporary);
  }

  int first_, last_, inputs_, registers_ = 0, first_temporary_ = 0;
  std::vector<int> place_;  // the register of every input and temporary
  std::vector<float> constants_;
  std::vector<LinearOp> ops_;
  std::vector<int> used_;
};

// Splits all outputs into groups of at most `most` such that outputs that share sums go together.
std::vector<std::vector<int>> grouped_outputs(const LinearMap& map, int most);

}  // namespace rt3d::jit
