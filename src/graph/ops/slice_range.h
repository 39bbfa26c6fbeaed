// What a Slice takes: its starts, ends, axes and steps (attributes or constant inputs) clamped as ONNX says.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/ops/inference.h"

namespace rt3d::graph {

struct SliceRange {
  int axis = 0;
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t count = 0;
};

std::vector<SliceRange> slice_ranges(const Inference& c);

}  // namespace rt3d::graph
