// How a Winograd convolution F(t; s×s) is cut. t × s × s outputs make a tile; a block is `depth_tiles` × `tile_rows` × all
// tiles of a row, and is worked on as a whole so that what lies between the steps stays in cache:
//
//   1. input transform   S[point][icb][frame][tile]  ← input           spatial, for the block's frames
//   2. per spatial point V[q][icb][depth tile][tile] ← S               temporal (t > 1)
//                        R[q][ocb][depth tile][tile] ← V · U[point][q] winograd/multiply.h (t = 1: S · U → M, kd taps in K)
//                        M[point][ocb][frame][tile]  ← R               temporal inverse (t > 1)
//   3. output transform  output ← M                                    spatial inverse, bias, residual, activation
//
// s = 1 has no spatial transform: V is made from the input itself and R goes to the output. Strides are the transforms' matter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/conv_shape.h"
#include "kernels/placement.h"
#include "kernels/winograd_weights.h"

namespace rt3d::jit {

inline std::int32_t bytes_of(std::int64_t floats) { return static_cast<std::int32_t>(floats * 4); }

// The knobs of a schedule.
struct WinogradCut {
  int vecs, depth_tiles, tile_rows;
  bool shared;  // threads share one block at a time, instead of taking a block each
  bool late;    // weights are transformed along depth when they are used (winograd/multiply.h)
  int depth;    // input channels of a unit; divides the lanes
};

// A run of equal-looking tiles along one dimension: tiles [first, first + count) whose part inside the image is [begin, end).
struct TileRun {
  std::int64_t first, count;
  int begin, end;
};
// Tiles of `size` elements at i · step - pad that meet [0, extent).
std::vector<TileRun> tile_runs(std::int64_t tiles, int step, std::int64_t pad, int size, std::int64_t extent);

// Rows of S or V whose units lie at the same distances from them: a tap of the kernel is another frame.
struct RowClass {
  kernels::Taps taps;         // that meet the clip; one where depth is transformed
  std::int32_t start, frame;  // bytes to channel 0 at the first tap, and from one tap to the next
  bool operator==(const RowClass&) const = default;
};

// Rows of one multiplication.
struct RowGroup {
  std::int64_t first;  // row
  int rows;
  std::uint32_t row_class;  // in WinogradPlan::classes
};

struct WinogradPlan {
  WinogradPlan(const kernels::ConvShape& shape, const WinogradTile& method, const WinogradCut& cut, int lanes,
               int most_rows);

  kernels::ConvShape s;
  WinogradTile method;
  WinogradCut cut;
  int lanes, most_rows;
  const kernels::WinogradTransform *time, *space;
  int points, q;            // spatial and temporal points
  std::int64_t icb, ocb;    // channel blocks
  std::int64_t tt, ty, tx;  // tiles along depth, height, width
  std::int64_t blocks_t, blocks_y;
  std::int64_t frames;  // most input frames of a block
  std::int64_t tiles;   // most tiles of a frame of a block

  // A block: depth tiles [t0, t1), tile rows [y0, y1), input frames [f0, f1) inside the clip, output frames [o0, o1).
  struct Block {
    std::int64_t t0, t1, y0, y1, f0, f1, o0, o1;
    std::int64_t tiles;         // of a frame
    std::int64_t frame_stride;  // of S and M, floats
    const std::vector<RowGroup>* groups;
  };
  Block block(std::int64_t bt, std::int64_t by) const;

  // Strides in floats.
  std::int64_t s_icb, s_point, m_ocb, m_point, v_icb, v_q, r_ocb, r_q;
  // Sizes in floats of the scratch memories.
  std::int64_t s_floats, m_floats, v_floats, r_floats;

  // Temporal points that have lists of units of their own; 1 where all share one.
  int list_planes() const { return cut.late ? 1 : q; }

  // A panel is vecs · lanes output channels; its weights are those of its units (winograd/units.h), at most unit_count().
  std::int64_t panels, taps, unit_groups;                         // unit_groups: of `depth` input channels
  std::int64_t unit_count() const { return unit_groups * taps; }  // number g · taps + tap
  // Bytes from channel 0's activations to those of a group of channels.
  std::int32_t group_bytes(std::int64_t group) const;
  int panel_vecs(std::int64_t panel) const {
    return static_cast<int>(std::min<std::int64_t>(cut.vecs, ocb - panel * cut.vecs));
  }
  std::int64_t unit_floats(std::int64_t panel) const {
    return static_cast<std::int64_t>(cut.depth) * panel_vecs(panel) * lanes;
  }
  // Weights of a unit that are stored for each spatial point: of temporal points, or kernel planes to be transformed late.
  std::int64_t stored_planes() const { return cut.late ? s.kd : q; }
  std::int64_t weight_floats() const {  // when no unit is missing
    return points * stored_planes() * unit_count() * cut.depth * ocb * lanes;
  }

  std::vector<RowClass> classes;
  std::vector<int> row_counts;  // that occur in groups
  // How often a block's groups of rows multiply the units of a panel, on average over the units and at the least.
  double fewest_turns = 1;

 private:
  void make_groups();
  std::uint32_t class_of(const RowClass& row_class);  // adds it when it is new
  std::vector<std::vector<RowGroup>> groups_;         // [time block][0: full tile rows, 1: fewer]
};

}  // namespace rt3d::jit
