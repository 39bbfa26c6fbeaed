// What candidates of a problem run on: seeded values, reference values of some outputs, and one piece of memory for each operand
// and for scratch, which all candidates use by turns, so that tuning takes no more memory than the layer itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "kernels/family.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

// Storage with guard bytes on both sides, to see what is written beyond it.
class GuardedBuffer {
 public:
  // Room for so many bytes at least; contents are lost when it grows. Returns whether it did.
  bool reserve(std::size_t bytes);
  std::byte* data() const { return buffer_.data() + kGuard; }
  std::size_t capacity() const { return capacity_; }
  // Sets that many bytes, and fresh guards around them.
  void fill(unsigned char byte, std::size_t bytes);
  bool guards_intact() const;  // those of the last fill()

 private:
  static constexpr std::size_t kGuard = 4096;
  std::size_t capacity_ = 0, filled_ = 0;
  Buffer buffer_;
};

class BenchData {
 public:
  // Asks the oracle; throws what it throws, and unsupported when output 0 is not f32.
  BenchData(const kernels::Problem& problem, const Oracle& oracle);

  std::span<const Tensor* const> constants() const { return constant_pointers_; }
  std::size_t bytes() const;  // of all that it holds

  // Makes room for a candidate's operands and scratch. May move what others use: ask for addresses before every run.
  void reserve(std::span<const kernels::Placement> inputs, std::span<const kernels::Placement> outputs,
               std::size_t scratch_bytes);
  // Before a run that is checked: the inputs' values in these layouts, not-a-number in the outputs, guards around outputs and scratch.
  void begin_check(std::span<const kernels::Placement> inputs, std::span<const kernels::Placement> outputs,
                   std::size_t scratch_bytes);
  // Element (0, 0, 0, 0, 0); an input's values may lie in another candidate's layout, which is as good for measuring.
  std::byte* input(std::size_t i, const kernels::Placement& placement) const;
  std::byte* output(std::size_t i, const kernels::Placement& placement) const;
  std::byte* scratch() const { return scratch_.data(); }

  // What was written that should not have been, as text; "" when nothing.
  std::string check_guards() const;
  // What is wrong with output 0, as text; "" when the sampled values agree with the reference.
  std::string compare(const kernels::Placement& placement, kernels::Accuracy accuracy) const;

 private:
  struct Input {
    GuardedBuffer storage;
    std::optional<kernels::Placement> laid;  // how its values lie; empty: not yet
  };
  bool placed(std::size_t input) const;
  void lay_out_input(std::size_t i, const kernels::Placement& placement);

  const kernels::Problem& problem_;
  std::vector<float> pattern_;
  std::vector<Tensor> constants_;
  std::vector<const Tensor*> constant_pointers_;
  std::vector<Input> inputs_;
  std::vector<GuardedBuffer> outputs_;
  GuardedBuffer scratch_;
  std::vector<std::int64_t> samples_;
  std::vector<float> reference_;
};

// Flat indices of an output to check: its corners, and seeded random ones; sorted, without duplicates.
std::vector<std::int64_t> sample_indices(const Shape& shape);

}  // namespace rt3d::tuner
