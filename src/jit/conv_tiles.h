// What dense and sparse direct convolution share: the geometry, the cut into tiles and tasks, the tiles' code, and the run over lists
// of units, which the families make and pack the weights for.
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

#include <memory>
#include <vector>

#include "base/buffer.h"
#include "jit/conv_plan.h"
#include "jit/isa_family.h"

namespace rt3d::jit {

// Whether the problem is a convolution whose distances fit 32-bit byte offsets within one batch item.
bool tiles_reach(const kernels::Problem& problem);
// Channel-blocked operands, the input with the halo that padding reads. Few input channels: blocks of four, so that a pixel's channels
// share a quarter of a cache line.
kernels::Ports conv_tiles_ports(const kernels::Problem& problem, int lanes);
inline int input_block(const kernels::ConvShape& s, int lanes) { return s.ic <= 4 ? 4 : lanes; }

class ConvTiles : public Kernel {
 public:
  void run(const RunArgs& args) const final;

 protected:
  // Output channels [first, first + vecs vectors) and what they are made of.
  struct OutputBlock {
    std::int64_t first;  // output channel, a multiple of the lanes
    int vecs;
    std::int64_t ic_first;  // input-channel block that unit offsets count from
    std::size_t weights;    // floats into the packed weights
    const UnitTable* units;
    std::vector<std::shared_ptr<const Code>> code;  // by tile kind
  };

  ConvTiles(const KernelRequest& request, int depth);  // depth: k steps per unit

  std::int64_t unit_floats(int vecs) const { return static_cast<std::int64_t>(depth_) * vecs * lanes_; }
  // Floats from a tile's first pixel to channel `ic` (from ic_first on) at a kernel position.
  std::int64_t input_offset(std::int64_t ic, std::int64_t kd, std::int64_t kh, std::int64_t kw) const;

  Isa isa_;
  int lanes_;
  bool has_residual_;
  ConvGeometry g_;
  TileCut cut_;
  BorderClasses classes_;
  int chunk_, depth_;
  std::vector<OutputBlock> blocks_;  // without units: those are the families' matter
  Buffer weights_, bias_;

 private:
  TileShape tile_shape(const TileCut::Kind& kind, int vecs, const kernels::Activation& activation) const;
  void run_task(const RunArgs& args, std::int64_t n, std::int64_t tile_first, std::int64_t tile_last,
                std::int64_t block_first, std::int64_t block_last) const;

  int tiles_, oc_group_;
  bool depth_first_;
  bool far_;  // the input does not fit L2
};

}  // namespace rt3d::jit
