// How a direct convolution is cut: the geometry after flattening, tiles of output pixels, unit lists per
// border class and chunk.
#pragma once

#include <utility>
#include <vector>

#include "jit/tile/tile.h"
#include "kernels/conv_shape.h"
#include "kernels/family.h"

namespace rt3d::jit {

// A convolution whose trivial dimensions are merged into w, with the strides that go with it.
struct ConvGeometry {
  kernels::ConvShape s;
  kernels::Placement in, out, residual;
};

// A convolution that generated code can take as far as types go: everything f32 and not empty, weights and bias constant, a
// residual of the output's shape.
bool is_plain_conv(const kernels::Problem& problem);

// Merges h into w (and d into h·w) where the kernel, strides and pads allow and no operand has a halo between
// rows.
kernels::ConvShape flattened(const kernels::ConvShape& s);
ConvGeometry flattened(ConvGeometry g, bool has_residual);

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
