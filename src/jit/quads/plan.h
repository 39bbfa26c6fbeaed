// How conv.sparse_dot (quads/family.h) is cut: boxes of outputs, and the slab, where what a box reads of a chunk of input channels is
// laid out as
//
//   slab[channels / 4][plane][row][column][4]
//
// so that the four channels of neighbouring pixels, which is what a unit multiplies, are neighbours, and every kernel position is a
// constant distance.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/conv/tile_cut.h"
#include "jit/conv/units.h"
#include "kernels/schedule.h"

namespace rt3d::jit {

// Lines of the input along one axis: `count` from position `first` on, which may lie in the padding.
struct InputRange {
  std::int64_t first = 0, count = 0;
};

// Output planes × consecutive tiles of a plane, and the input under them.
struct QuadBox {
  int plane_first, plane_count;
  int tile_first, tile_count;
  InputRange planes, rows, columns;

  std::int64_t pixels() const { return planes.count * rows.count * columns.count; }  // of the input
};

// Knobs: rows (most pixels per tile), planes and tiles (of the output, per box), ic_chunk (blocks of input channels per chunk).
struct QuadPlan {
  static constexpr int kChannels = 4;  // of a unit

  kernels::ConvShape s;
  TileCut cut;
  int block;           // input channels per block of the tensor
  int chunk_channels;  // a multiple of the block
  std::vector<QuadBox> boxes;
  std::int64_t row = 0, plane = 0, quad = 0, slab = 0;  // of the slab, in floats: distances, and its size

  QuadPlan(const kernels::ConvShape& flat, const kernels::Schedule& schedule, int block);

  int chunks() const { return static_cast<int>((s.ic + chunk_channels - 1) / chunk_channels); }
  // Where a unit of the chunk's channels from `channel` on lies, from where the chunk's first would.
  KernelUnit unit(std::int64_t channel, int kd, int kh, int kw) const {
    const std::int64_t a =
        channel / kChannels * quad + kd * s.dd * plane + kh * s.dh * row + kw * s.dw * kChannels;
    return {kd, kh, {static_cast<std::int32_t>(a * 4), 0}};
  }
  // Whether any output of a box reads its input plane (row) `i`.
  bool reads_plane(std::int64_t i) const { return reads(i, s.sd, s.kd, s.dd); }
  bool reads_row(std::int64_t i) const { return reads(i, s.sh, s.kh, s.dh); }

 private:
  static bool reads(std::int64_t i, std::int64_t stride, std::int64_t kernel, std::int64_t dilation);
};

}  // namespace rt3d::jit
