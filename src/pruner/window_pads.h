// ONNX's pads (all fronts, then all backs, first dimension first) in libtorch's order: front and back of each dimension, the last first.
#pragma once

#include <cstdint>
#include <vector>

namespace rt3d::pruner {

inline std::vector<std::int64_t> torch_pads(const std::vector<std::int64_t>& pads) {
  const std::size_t count = pads.size() / 2;
  std::vector<std::int64_t> result;
  for (std::size_t i = count; i-- > 0;) {
    result.push_back(pads[i]);
    result.push_back(pads[i + count]);
  }
  return result;
}

}  // namespace rt3d::pruner
