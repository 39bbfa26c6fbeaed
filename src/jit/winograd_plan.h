// How a Winograd convolution F(t; s×s) is cut. t × s × s outputs make a tile; a block is `depth_tiles` × `tile_rows` × all
// tiles of a row, and is worked on as a whole so that what lies between the steps stays in cache:
//
//   1. input transform   S[point][icb][frame][tile]  ← input           spatial, for the block's frames
//   2. per spatial point V[q][icb][depth tile][tile] ← S               temporal (t > 1)
//                        R[q][ocb][depth tile][tile] ← V · U[point][q] winograd_multiply.h (t = 1: S · U → M, kd taps in K)
//                        M[point][ocb][frame][tile]  ← R               temporal inverse (t > 1)
//   3. output transform  output ← M                                    spatial inverse, bias, residual, activation
//
// s = 1 has no spatial transform: V is made from the input itself and R goes to the output. Strides are the transforms' matter.
#pragma once

#include <cstdint>
#include <vector>

#include "jit/tile.h"
#include "jit/tile_transform.h"
#include "kernels/conv_shape.h"
#include "kernels/placement.h"
#include "kernels/winograd_weights.h"

namespace rt3d::jit {

// The knobs of a schedule.
struct WinogradCut {
  int vecs, depth_tiles, tile_rows;
  bool shared;  // threads share one block at a time, instead of taking a block each
  bool late;    // weights are transformed along depth when they are used (winograd_multiply.h)
};

// A run of equal-looking tiles along one dimension: tiles [first, first + count) whose part inside the image is [begin, end).
struct TileRun {
  std::int64_t first, count;
  int begin, end;
};
// Tiles of `size` elements at i · step - pad that meet [0, extent).
std::vector<TileRun> tile_runs(std::int64_t tiles, int step, std::int64_t pad, int size, std::int64_t extent);

// Rows of one multiplication: a run of rows of S or V with the same units.
struct RowGroup {
  std::int64_t first;  // row
  int rows;
  std::uint32_t unit, units;  // into WinogradPlan::units
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

  // Packed weights [point][q][panel][icb][kd taps in K][lanes][vecs · lanes]; late: [point][panel][kd][icb][lanes][vecs · lanes].
  std::int64_t panels, taps, panel_floats, point_floats;
  int panel_vecs(std::int64_t panel) const {
    return static_cast<int>(std::min<std::int64_t>(cut.vecs, ocb - panel * cut.vecs));
  }
  std::int64_t floats_of(std::int64_t panel) const { return panel_floats / cut.vecs * panel_vecs(panel); }
  std::int64_t stored_planes() const {
    return cut.late ? s.kd : q;
  }  // of point_floats, for each spatial point
  std::int64_t weight_floats() const { return point_floats * points * stored_planes(); }

  std::vector<Unit> units;      // w: the unit's number within a panel; its bytes depend on the panel's width
  std::vector<int> row_counts;  // that occur in groups
  std::int64_t fewest_groups = 1;  // of a block

 private:
  void make_groups();
  std::vector<std::vector<RowGroup>> groups_;  // [time block][0: full tile rows, 1: fewer]
};

}  // namespace rt3d::jit
