// How a convolution is cut where lanes are pixels. Of planes and rows of the output one is the outer axis and one the middle axis; the
// innermost is always the columns. A block is some outer × some middle positions with all columns. What a block reads of a chunk of
// input channels is repacked as
//
//   v[kw][channel][outer line][middle line][column]
//
// with the columns that kernel column kw meets, one behind the other, no gaps between lines: so every kernel position is a constant
// offset, and consecutive pixels may run over lines. Or (with gaps; the stride along columns must be 1) all columns that the
// kernel meets lie in one copy: what is computed between lines is waste, but there is less to repack and to keep near. Strides are
// the repacking's matter: lines of one remainder of the stride lie together. Sums are kept as c[output channel][pixel], the pixels of
// a block in segments that share their lists of units.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/conv/units.h"
#include "kernels/conv_shape.h"
#include "kernels/schedule.h"

namespace rt3d::jit {

// Planes or rows of a convolution.
struct ConvAxis {
  int k, stride, pad, dilation, in, out;
};

// And the lines of a block along them.
struct PixelAxis : ConvAxis {
  int block;  // output positions per block

  // The lines of one remainder of the stride: line first + i is input position o · stride - pad + at + i · stride, where o is the
  // block's first output position. For `outputs` of them there are outputs + more lines.
  struct Phase {
    int first, more, at;
  };
  std::vector<Phase> phases;
  std::vector<int> line_of_k;  // of each kernel position, for the block's first output position
  int lines = 0;
  std::vector<kernels::Taps> classes;
  std::vector<int> class_of_out;

  PixelAxis(const ConvAxis& axis, int most);  // positions per block, at most
  // The class of all kernel positions that meet the input anywhere in [first, first + count).
  int union_class(int first, int count);
};

// Outputs outer_first … × middle_first …, all columns, that share their units.
struct PixelSegment {
  int outer_first, outer_count, middle_first, middle_count;
  int outer_class, middle_class;
  std::int64_t pixels;
  std::int64_t v;  // floats from v's start to where kernel position 0 of the first pixel would be read
  std::int64_t c;  // floats from an output channel's start; a multiple of the lanes
};

// Consecutive vectors of a segment that are multiplied at a time. Distances as there.
struct PixelRun {
  int vectors, outer_class, middle_class;
  int outer, middle, column;  // of the first pixel
  std::int64_t v, c;
};

// Consecutive lines of one phase, counted from its first.
struct PixelLines {
  int first, count;
  int input;  // position of the first
};

struct PixelBlock {
  int outer_first, outer_count, middle_first, middle_count;
  std::vector<PixelSegment> segments;
  std::vector<PixelRun> runs;
};

// Knobs: rows_outside (outer is rows, middle planes), outer, middle (positions per block), split (middle positions at the border are
// segments of their own), gaps, ic_chunk (blocks of input channels per chunk), vectors (most of a run).
struct PixelPlan {
  kernels::ConvShape s;
  int lanes;
  bool rows_outside;
  PixelAxis outer, middle;
  std::int64_t chunk_channels;
  bool gaps;
  std::int64_t copies, pitch;  // of v: kernel columns that have their own, floats per line
  std::int64_t v_outer, v_channel, v_copy, v_floats;  // strides of v and its size
  std::int64_t c_channel;                             // floats from one output channel's sums to the next
  std::vector<PixelBlock> blocks;                     // middle blocks fastest

  PixelPlan(const kernels::ConvShape& shape, const kernels::Schedule& schedule, int lanes);

  int chunks() const { return static_cast<int>((s.ic + chunk_channels - 1) / chunk_channels); }
  // The middle lines of a phase that a block reads: all, with rows from the halo; of planes those that there are.
  PixelLines middle_lines(const PixelBlock& block, const PixelAxis::Phase& phase) const;
  // Where a unit of the chunk's channels from `channel` on lies, from v's start, with its positions along outer and middle axis.
  KernelUnit unit(std::int64_t channel, int kd, int kh, int kw) const;

 private:
  void add_block(int outer_first, int middle_first, bool split);
  void add_runs(PixelBlock& block, int most) const;
};

}  // namespace rt3d::jit
