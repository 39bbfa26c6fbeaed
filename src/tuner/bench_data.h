// Inputs of a problem for measuring and checking: seeded values made once and shared by all candidates, laid
// out as each family wants them, and reference values of some outputs.
#pragma once

#include <cstdint>
#include <memory>
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
  explicit GuardedBuffer(std::size_t bytes);
  std::byte* data() const { return buffer_.data() + kGuard; }
  // Not-a-number everywhere, so that what a kernel does not write is wrong, and fresh guards.
  void fill_unwritten();
  bool guards_intact() const;

 private:
  void fill(unsigned char byte);

  static constexpr std::size_t kGuard = 4096;
  std::size_t bytes_;
  Buffer buffer_;
};

class BenchData {
 public:
  // Asks the oracle; throws what it throws, and unsupported when output 0 is not f32.
  BenchData(const kernels::Problem& problem, const Oracle& oracle);

  std::span<const Tensor* const> constants() const { return constant_pointers_; }
  // Element (0, 0, 0, 0, 0) of input i in that layout; made at the first use, alive as long as this object.
  std::byte* input(std::size_t i, const kernels::Placement& placement);
  GuardedBuffer& output(std::size_t i, const kernels::Placement& placement);

  // What is wrong with output 0, as text; "" when the sampled values agree with the reference. Asks the
  // oracle once.
  std::string compare(const std::byte* output, const kernels::Placement& placement,
                      kernels::Accuracy accuracy);

 private:
  struct Laid {
    std::size_t operand;
    kernels::Placement placement;
    std::unique_ptr<GuardedBuffer> storage;
  };
  GuardedBuffer& laid(std::vector<Laid>& cache, std::size_t operand, const kernels::Placement& placement,
                      const TensorDesc& desc, bool& fresh);

  const kernels::Problem& problem_;
  std::vector<Tensor> inputs_;
  std::vector<const Tensor*> constant_pointers_;
  std::vector<Laid> laid_inputs_;
  std::vector<Laid> laid_outputs_;
  std::vector<std::int64_t> samples_;
  std::vector<float> reference_;
};

// Flat indices of an output to check: its corners, and seeded random ones; sorted, without duplicates.
std::vector<std::int64_t> sample_indices(const Shape& shape);

}  // namespace rt3d::tuner
