// What direct convolution shares, dense or sparse, in floats or halves: the geometry, the cut into tiles and tasks, and the run over
// lists of units. Families make the lists and pack the weights; whoever derives says what multiplies a tile (direct/kernel_f32.h).
//
//   for each task (batch item × block of tiles × group of output blocks), threads draw tasks:
//     for chunk of input channels:            # its weights and the input under a block of tiles stay in L2
//       for output block (vecs vectors of channels) in the group:
//         for tile (rows output pixels) in the block:
//           tile kernel over the chunk's units
//
// Schedule: rows (most pixels per tile), vecs, ic_chunk (input-channel blocks per chunk), tiles (per task), oc_group (output blocks
// per task), depth_first (tiles along the clip before those of a plane).
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "jit/conv/geometry.h"
#include "jit/conv/tile_cut.h"
#include "jit/conv/units.h"
#include "jit/family/isa_family.h"

namespace rt3d::jit {

// Whether the problem is a convolution whose distances fit 32-bit byte offsets within one batch item.
bool tiles_reach(const kernels::Problem& problem);
// Channel-blocked operands, the input with the halo that padding reads. Few input channels: blocks of four, so that a pixel's channels
// share a quarter of a cache line.
kernels::Ports conv_tiles_ports(const kernels::Problem& problem, int lanes);
inline int input_block(const kernels::ConvShape& s, int lanes) { return s.ic <= 4 ? 4 : lanes; }
// Packed weights of a kernel without zeros, cut into output blocks of `vecs` vectors.
std::int64_t dense_weights(const kernels::ConvShape& s, int lanes, int vecs);

class ConvTiles : public Kernel {
 protected:
  // Output channels [first, first + vecs vectors) and what they are made of.
  struct OutputBlock {
    std::int64_t first;  // output channel, a multiple of the lanes
    int vecs;
    std::int64_t ic_first;  // input-channel block that unit offsets count from
    int ic_count;           // input-channel blocks of the units
    std::size_t weights;    // elements into the packed weights
    const UnitTable* units;
    std::vector<std::shared_ptr<const Code>> code;  // by tile kind, or as who derives numbers them
  };
  // Element 0 of a batch item's operands. The input counts in words of four bytes, whatever they hold.
  struct Item {
    const float* in;
    const float* residual;  // null without one
    float* out;
  };
  // Tiles [first, last) of one output block and chunk.
  struct TileWork {
    const OutputBlock& block;
    int chunk;
    std::int64_t first, last;
    const OutputBlock* next;  // what the same task multiplies next, null behind its last
    int next_chunk;
    bool last_chunk() const { return chunk + 1 == block.units->chunks(); }
  };
  // Where a tile of an output block starts, in words from the item's operands, and the units it multiplies.
  struct TilePlace {
    std::int64_t in, residual, out;
    std::size_t piece;
    UnitTable::Range units;
  };

  // `input`: where units find their activations; depth: k steps per unit.
  ConvTiles(const KernelRequest& request, const Placement& input, int lanes, int depth);

  // Batch items [first, end), whose inputs start at `in`.
  void run_items(const RunArgs& args, std::int64_t first, std::int64_t end, const float* in) const;
  virtual void run_tiles(const Item& item, const TileWork& work) const = 0;
  TilePlace place(const TileWork& work, std::int64_t tile) const;
  // How often the tiles of any TileWork multiply an output block's units, on average over the units and at the least.
  double fewest_turns() const;
  // Words from a tile's input to that of the tile after it, at the end of a row about so.
  std::int64_t next_tile(const TileCut::Kind& kind) const;

  // Units and weights of every output block for a kernel without zeros, `parts` units to a block of input channels at a position; the
  // weights' number, of `weight_bytes` each.
  std::size_t add_dense_units(int weight_bytes, int parts);
  std::int64_t unit_weights(int vecs) const { return std::int64_t{depth_} * vecs * lanes_; }
  // Words from a tile's first pixel to channel `ic` (from ic_first on) at a kernel position.
  std::int64_t input_offset(std::int64_t ic, std::int64_t kd, std::int64_t kh, std::int64_t kw) const;
  // Bytes from a tile's first pixel to each of its pixels.
  std::vector<std::int32_t> input_pixels(const TileCut::Kind& kind) const;
  static std::vector<std::int32_t> pixels(const TileCut::Kind& kind, const Placement& output);

  int lanes_;
  bool has_residual_;
  ConvGeometry g_;
  TileCut cut_;
  BorderClasses classes_;
  int chunk_, depth_;
  std::vector<OutputBlock> blocks_;     // without code, weights and units
  std::deque<UnitTable> tables_;        // which blocks_ point to
  const std::byte* weights_ = nullptr;  // packed, as floats or halves
  const float* bias_ = nullptr;         // of whole vectors

 private:
  // Of which plane a tile is, and which piece.
  std::pair<std::int64_t, std::size_t> plane_and_piece(std::int64_t tile) const;
  void run_task(const Item& item, std::int64_t tile_first, std::int64_t tile_last, std::int64_t block_first,
                std::int64_t block_last) const;

  int tiles_, oc_group_;
  bool depth_first_;
};

}  // namespace rt3d::jit
