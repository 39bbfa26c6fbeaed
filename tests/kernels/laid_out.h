// A tensor laid out in memory by a Placement, with guards around it; see compare.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/tensor.h"
#include "kernels/placement.h"

namespace rt3d::tests {

class LaidOut {
 public:
  // Room for a tensor by a port, whose type its elements have in memory. With `inside`, blocked tensors lie in a larger one, one more
  // block before and after. Every element, guards included, is `fill` (other types than f32 and f16 are dense).
  LaidOut(const TensorDesc& desc, const kernels::Port& port, bool inside, float fill);

  // Copies the tensor in. Of floats: the halo becomes 0, lanes beyond the last channel of a block 3.
  void store(const Tensor& tensor);
  Tensor load() const;
  // What a kernel did wrong around the tensor: wrote where it must not or, with `finite_lanes`, left lanes that are not
  // finite. Empty when all is well.
  std::string damage(bool finite_lanes) const;

  std::byte* address() const;  // of element 0
  // All of it, guards too: what is copied to and from memory that the host cannot address.
  std::span<std::byte> memory() const { return {memory_.data(), memory_.bytes()}; }
  std::size_t offset() const {
    return static_cast<std::size_t>(address() - memory_.data());
  }  // of element 0, in bytes
  const kernels::Placement& placement() const { return placement_; }

 private:
  enum class Kind : std::uint8_t { outside, halo, lane, value };
  void mark_kinds();
  // Elements of memory_, counted from its start.
  float element(std::int64_t index) const;
  void set(std::int64_t index, float value);
  std::int64_t index_of(std::int64_t n, std::int64_t c, std::int64_t d, std::int64_t h, std::int64_t w) const;
  template <typename Visit>
  void each_value(Visit&& visit) const;

  TensorDesc desc_;
  DType dtype_;  // in memory
  kernels::Placement placement_;
  bool strided_ = false;    // floats of rank 2 to 5; others are dense bytes
  std::int64_t first_ = 0;  // elements from the start of memory_ to the tensor's storage
  std::int64_t whole_ = 0;  // elements of memory_
  float fill_ = 0;          // as it is in memory
  Buffer memory_;
  std::vector<Kind> kinds_;  // of each element of memory_; empty unless strided
};

}  // namespace rt3d::tests
