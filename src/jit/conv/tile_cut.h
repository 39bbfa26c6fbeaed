// How the output of a convolution is cut into tiles of pixels, and which kernel planes, rows and columns meet the input
// for each of them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/conv_shape.h"

namespace rt3d::jit {

// The cut of one output row or group of rows into tiles of at most `rows` pixels.
struct TileCut {
  struct Kind {
    int h, w;  // the tile's pixels: h rows of w
  };
  struct Piece {
    int oh, ow, kind;
  };
  std::vector<Kind> kinds;    // at most 4
  std::vector<Piece> pieces;  // of one output plane, in row-major order

  TileCut(std::int64_t oh, std::int64_t ow, int rows);
};

// Bytes from a tile's first pixel to each of its pixels, where rows and the pixels of one are so many words of four bytes apart.
std::vector<std::int32_t> pixel_bytes(const TileCut::Kind& kind, std::int64_t row, std::int64_t pixel);

// The kernel rows that meet the input for any row of the tile; the halo serves the rows that need fewer.
kernels::Taps tile_taps(const kernels::ConvShape& s, const TileCut& cut, const TileCut::Piece& piece);

// By kernel column: which of the tile's pixels, in the order of its rows, read it inside the image (bit i: pixel i).
std::vector<std::uint64_t> tile_columns(const kernels::ConvShape& s, const TileCut& cut,
                                        const TileCut::Piece& piece);

// Multiply-accumulates of such a convolution: kernel planes outside the clip and kernel rows outside a tile's image are left out,
// and kernel columns outside a pixel's image where the code does so.
std::int64_t executed_multiply_accumulates(const kernels::ConvShape& s, const TileCut& cut,
                                           bool leaves_out_columns);

// The number of these taps among the classes, which they join when they are new.
int class_of(std::vector<kernels::Taps>& classes, const kernels::Taps& taps);

// Which kernel planes and rows meet the input: the classes, and those of every output plane and piece of one. A piece's rows are the
// union over its pixels' rows; the halo serves those that need fewer.
struct BorderClasses {
  std::vector<kernels::Taps> d, h;
  std::vector<int> of_plane, of_piece;

  BorderClasses(const kernels::ConvShape& s, const TileCut& cut);

  // The share of kernel planes × rows that meets the input for a piece of an output plane.
  double share_met(std::int64_t plane, std::size_t piece) const;

 private:
  double taps_;  // kernel planes × rows
};

}  // namespace rt3d::jit
