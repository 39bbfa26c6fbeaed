// How a tensor lies in memory. Planar (block 1): row-major, as ONNX, any rank. Channel-blocked
// (block b > 1, n c d h w): [n][ceil(c/b)][d][halo + h + halo][halo + w + halo][b], where halo pixels
// and the lanes beyond c of the last block hold finite values: the halo zero, the lanes anything that weights
// of zero make harmless. Ranks 2 to 4 are n c, n c w and n c h w with the missing dimensions 1.
#pragma once

#include <cstdint>

#include "base/shape.h"
#include "kernels/memory.h"

namespace rt3d::kernels {

// Sizes of an activation of rank 2 to 5 as n c d h w.
struct Dims5 {
  std::int64_t n = 1, c = 1, d = 1, h = 1, w = 1;
  explicit Dims5(const Shape& shape);  // throws internal for other ranks
};

// What a kernel asks of one operand: channels per block, at least this much halo, whose memory, and the type of the elements there,
// which need not be the problem's: a tensor of floats may lie in memory as halves. Strides are the planner's.
struct Port {
  int block = 1;
  int halo_h = 0;
  int halo_w = 0;
  Space space = Space::host;
  DType dtype = DType::f32;
  bool dense() const { return block == 1 && halo_h == 0 && halo_w == 0; }  // row-major without gaps
  // Whether one side's memory can be the other's, where the layouts agree.
  bool same_memory(const Port& other) const { return space == other.space && dtype == other.dtype; }
  bool operator==(const Port&) const = default;
};

// Where the operand is: strides in elements. A view into a larger tensor (a concatenation's part) has the
// strides of the whole.
struct Placement {
  int block = 1;
  int halo_h = 0;
  int halo_w = 0;
  std::int64_t n = 0;  // from one batch item to the next
  std::int64_t c = 0;  // from one channel block to the next
  std::int64_t d = 0;  // from one plane to the next
  std::int64_t h = 0;  // from one row to the next; pixels of a row are `block` apart

  static Placement of(const Shape& shape, Port port);  // packed, nothing between batch items
  std::int64_t elements(const Shape& shape) const;     // storage of the whole, halo and gaps included
  std::int64_t origin() const {
    return halo_h * h + halo_w * block;
  }  // from the storage's start to element 0
  bool operator==(const Placement&) const = default;
};

// Elements (floats unless said otherwise) rounded up to an odd number of cache lines: what lies a multiple of a large power of two
// apart would share a few sets of every cache.
std::int64_t odd_lines(std::int64_t elements, DType dtype = DType::f32);

constexpr std::int64_t ceil_div(std::int64_t whole, std::int64_t piece) {
  return (whole + piece - 1) / piece;
}
inline std::int64_t blocks(std::int64_t channels, int block) { return ceil_div(channels, block); }

}  // namespace rt3d::kernels
