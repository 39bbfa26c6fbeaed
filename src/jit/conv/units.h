// The units of a direct convolution (tile/tile.h): which there are, and their lists per border class and chunk.
#pragma once

#include <utility>
#include <vector>

#include "jit/conv/geometry.h"
#include "jit/tile/tile.h"

namespace rt3d::jit {

// The input-channel blocks that output channels [first, end) reach through their groups: the first, and how many.
std::pair<std::int64_t, int> input_blocks(const kernels::ConvShape& s, int block, std::int64_t first,
                                          std::int64_t end);

// A unit of the kernel, and the plane and row where it stands.
struct KernelUnit {
  int kd, kh;
  Unit unit;
};

// How a kernel without zeros is cut into units: blocks of input channels, and each of them into parts of `depth` channels.
struct DenseCut {
  int ic_blocks, parts, depth;
};

// Its units, by chunk of `chunk` blocks: block, kernel plane and row, part, kernel column; their packed weights `unit_bytes` apart.
std::vector<std::vector<KernelUnit>> dense_units(const ConvGeometry& g, const DenseCut& cut, int chunk,
                                                 std::int64_t unit_bytes);

// Lists of units by border class and chunk: a class (d, h) keeps those whose planes and rows meet the input.
class UnitTable {
 public:
  struct Range {
    std::uint32_t first = 0, count = 0;
  };

  UnitTable(const std::vector<kernels::Taps>& d_classes, const std::vector<kernels::Taps>& h_classes,
            const std::vector<std::vector<KernelUnit>>& chunks);

  int chunks() const { return chunks_; }
  Range range(int d_class, int h_class, int chunk) const {
    const int index = (d_class * h_classes_ + h_class) * chunks_ + chunk;
    return ranges_[static_cast<std::size_t>(index)];
  }
  const Unit* unit(const Range& r) const { return units_.data() + r.first; }
  // What all units of a chunk multiply by, whatever class they belong to: one behind the other.
  struct Weights {
    std::int32_t first = 0;  // bytes
    std::int64_t units = 0;
  };
  const Weights& weights(int chunk) const { return weights_[static_cast<std::size_t>(chunk)]; }
  std::size_t bytes() const {
    return units_.size() * sizeof(Unit) + ranges_.size() * sizeof(Range) + weights_.size() * sizeof(Weights);
  }

 private:
  int chunks_, h_classes_;
  std::vector<Range> ranges_;
  std::vector<Weights> weights_;
  std::vector<Unit> units_;
};

}  // namespace rt3d::jit
