// How depthwise convolution and pooling walk an output: rows are cut into pieces of a few pixels whose borders are
// baked into code (rows/code.h, one function per kind of piece); which kernel planes and rows meet the input is a
// list of units per border class. Rows of one class follow each other inside one call. Nothing is padded, so no
// operand needs a halo.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "jit/asm/code.h"
#include "jit/tile/tile.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"
#include "kernels/problem.h"

namespace rt3d::jit {

// What generated row code is called with.
struct RowArgs {
  const float* a;     // of the piece's first pixel: kernel position (0, 0, 0), inside the input or not
  const Unit* units;  // one per kernel plane and row that meets the input
  std::int64_t unit_count;
  const float* w;  // weighted: unit.w is relative to this
  float* c;        // of the piece's first pixel
  const float* bias;
  const float* residual;  // where the code has one; then rows is 1
  const float* scales;    // averages: the first pixel's factor
  std::int64_t rows;      // output rows to do, at least 1
};

// A run of `cols` output pixels of a row. Input column x of a pixel r and kernel column k is r·sw + k·dw, counted from
// RowArgs::a; columns in [low, high) exist.
struct RowPiece {
  int cols = 1;
  int low = 0, high = 0;
  bool operator==(const RowPiece&) const = default;
};

// Cuts `s.ow` into pieces of about `cols` pixels; borders fall into the first and last ones.
struct RowCut {
  std::vector<int> ow;         // where each piece starts
  std::vector<RowPiece> kind;  // the same length

  RowCut(const kernels::ConvShape& s, int cols);
};

class RowPlan {
 public:
  using Generate = std::function<std::shared_ptr<const Code>(const RowPiece&)>;

  // `unit_bytes`: bytes of weights per kernel row (0 without weights). With `one_by_one` every call does one row.
  RowPlan(const kernels::ConvShape& s, const kernels::Placement& in, const kernels::Placement& out,
          const kernels::Placement* residual, const RowCut& cut, std::int64_t unit_bytes, bool one_by_one,
          const Generate& generate);

  // Output rows [first, last) of plane `od` of one channel block. `base` has a, c and residual at the block's element
  // (0, 0, 0), w and bias of the block; scales are one factor, or (`scale_per_pixel`) one per (od, oh, ow).
  void run(const RowArgs& base, std::int64_t od, std::int64_t first, std::int64_t last,
           bool scale_per_pixel = false) const;

 private:
  int h_class(std::int64_t oh) const { return h_class_[static_cast<std::size_t>(oh)]; }

  struct List {
    std::size_t first;
    std::int64_t count;
  };

  kernels::ConvShape s_;
  kernels::Placement in_, out_, residual_;
  bool one_by_one_, has_residual_;
  std::vector<int> ow_;
  std::vector<std::shared_ptr<const Code>> code_;  // by piece
  std::vector<int> d_class_, h_class_;             // by od; by oh
  int h_classes_ = 0;
  std::vector<List> lists_;  // [d class][h class]
  std::vector<Unit> units_;
};

// Whether the planes of each channel block, `lanes` floats a pixel, lie within the 32-bit distances of row code.
bool rows_reach(const kernels::Problem& p, int lanes);

}  // namespace rt3d::jit
