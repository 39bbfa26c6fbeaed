// What tests of code for x86-64 share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/device.h"
#include "base/random.h"
#include "isas_here.h"

namespace rt3d::jit {

// Small integers: their sums of products are exact in any order.
inline std::vector<float> integers(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(random.below(9) - 4);
  return values;
}

// Calls body(isa, lanes) for those that run here.
template <typename Body>
void on_each_x64(Body&& body) {
  for (Isa isa : tests::isas_here({Isa::avx2, Isa::avx512}))
    body(isa, static_cast<std::size_t>(isa_lanes(isa)));
}

}  // namespace rt3d::jit
