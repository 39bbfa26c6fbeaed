// Seeded random inputs: normal numbers for floats; zeros and ones, valid for masks and indices, for integers.
#pragma once

#include <cstdint>
#include <random>

#include "cli/parts/handles.h"
#include "cli/parts/npy.h"

namespace rt3d::cli {

// Draws arrays one after the other, the same on every platform.
class RandomInputs {
 public:
  explicit RandomInputs(std::uint64_t seed) : bits_(seed) {}
  Array draw(const TensorInfo& input);

 private:
  double normal();  // Box-Muller

  std::mt19937_64 bits_;
};

// Hands over the input number `index`; throws Failure naming it.
void set_input(rt3d_session* session, std::size_t index, const TensorInfo& info, const Array& array);
void set_random_inputs(rt3d_session* session, std::uint64_t seed);
// All zeros, from memory that the system hands out as zeros and that is only read: it never becomes resident.
void set_zero_inputs(rt3d_session* session);

}  // namespace rt3d::cli
