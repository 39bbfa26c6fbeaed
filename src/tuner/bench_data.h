// What candidates of a problem run on: seeded values, reference values of some outputs, and one piece of the engine's memory for each
// operand and for scratch, which all candidates use by turns, so that tuning takes no more memory than the layer itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/engine.h"
#include "tuner/tuner.h"

namespace rt3d::tuner {

// Storage with guard bytes on both sides, to see what is written beyond it.
class GuardedBuffer {
 public:
  // Room for so many bytes at least; contents are lost when it grows. Returns whether it did.
  bool reserve(kernels::Engine& engine, std::size_t bytes);
  kernels::Place place(std::size_t offset) const { return {*memory_, kGuard + offset}; }
  std::size_t capacity() const { return capacity_; }
  // Fresh guards around that many bytes, which `make` writes; the host sees them at the address it is called with.
  void fill(std::size_t bytes, const std::function<void(std::byte*)>& make);
  void fill(std::size_t bytes, unsigned char byte);
  // Calls with the bytes of the last fill(), and returns what the call does; guards_intact() is about the same.
  void look(const std::function<void(const std::byte*)>& see) const;
  bool guards_intact() const;

 private:
  static constexpr std::size_t kGuard = 4096;
  std::byte* host_address() const;  // nullptr: the host cannot address it
  std::size_t capacity_ = 0, filled_ = 0;
  kernels::Space space_ = kernels::Space::host;
  std::unique_ptr<kernels::Memory> memory_;
};

// How a candidate wants an operand: its layout, and the type of its elements in memory.
struct OperandLayout {
  kernels::Placement placement;
  DType dtype = DType::f32;
  bool operator==(const OperandLayout&) const = default;
};

class BenchData {
 public:
  // Asks the oracle; throws what it throws, and unsupported when output 0 is not f32.
  BenchData(const kernels::Problem& problem, const Oracle& oracle, kernels::Engine& engine);

  std::span<const Tensor* const> constants() const { return constant_pointers_; }
  std::size_t bytes() const;  // of all that it holds

  // Makes room for a candidate's operands and scratch. May move what others use: ask for addresses before every run.
  void reserve(std::span<const OperandLayout> inputs, std::span<const OperandLayout> outputs,
               std::size_t scratch_bytes);
  // Before a run that is checked: the inputs' values in these layouts, not-a-number in the outputs, guards around outputs and scratch.
  // Throws unsupported for a type that floats cannot be written as.
  void begin_check(std::span<const OperandLayout> inputs, std::span<const OperandLayout> outputs,
                   std::size_t scratch_bytes);
  // Of element (0, 0, 0, 0, 0); an input's values may lie in another candidate's layout, which is as good for measuring.
  kernels::Place input(std::size_t i, const OperandLayout& layout) const;
  kernels::Place output(std::size_t i, const OperandLayout& layout) const;
  kernels::Place scratch() const { return scratch_.place(0); }

  // What was written that should not have been, as text; "" when nothing.
  std::string check_guards() const;
  // What is wrong with output 0, as text; "" when the sampled values agree with the reference.
  std::string compare(const OperandLayout& layout, const kernels::Traits& computed) const;

 private:
  struct Input {
    GuardedBuffer storage;
    std::optional<OperandLayout> laid;  // how its values lie; empty: not yet
  };
  bool placed(std::size_t input) const;
  void lay_out_input(std::size_t i, const OperandLayout& layout);

  const kernels::Problem& problem_;
  kernels::Engine& engine_;
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
