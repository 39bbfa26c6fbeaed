#include "jit/direct/estimate.h"

#include <algorithm>
#include <cmath>

#include "jit/conv/geometry.h"
#include "jit/conv/tile_cut.h"
#include "jit/family/estimate.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

namespace {

// Cycles in which a tile waits for input from beyond L2: until what it reads at once is there; for each line where hardware fetches
// ahead; for each line that was read for other output channels not long ago. Code for x86-64 has asked for most of it meanwhile
// (TileShape::input_ahead); what is measured without that stands for AArch64.
struct Waits {
  double latency, line_ahead, again;
};
constexpr Waits kAskedFor{160, 4, 2}, kNotAskedFor{350, 10, 6};

// The terms of the analytic time: cycles of one batch item. A task walks a block of tiles: for each chunk of input channels, for each
// block of output channels of its group, all tiles.
class DirectEstimate {
 public:
  DirectEstimate(const Problem& p, const Schedule& schedule, const Target& target,
                 const ConvNumbers& numbers);
  double ns() const;

 private:
  double planes_met() const;
  double rows_met(const TileCut::Piece& piece) const;
  double tile_cycles(double rows, double vecs, double units) const;
  double multiply_cycles() const;
  double weight_fetch() const;
  double tile_fetch() const;
  double input_waiting() const;
  double sum_waiting() const;
  double residual_waiting() const;
  bool stays_in_l2(double bytes) const { return bytes <= 0.75 * as_double(target_.device.l2_bytes); }

  const Target& target_;
  const ConvNumbers& numbers_;
  ConvShape s_;
  TileCut cut_;
  bool residual_, depth_first_;
  double rows_, vecs_, last_vecs_;  // of a tile; of a tile of the last block of output channels
  double depth_;                    // k steps of a block of input channels at a kernel position …
  double lists_;                    // … and the units they come in
  double kept_;
  double ic_blocks_, chunk_, chunks_;
  double output_blocks_, groups_, group_vecs_;  // groups of blocks, vectors of a group
  double all_tiles_, tiles_, tile_blocks_;
  double weight_chunk_, weights_, input_, output_;  // bytes
  double plane_;                                    // bytes of a chunk of an input plane
  double slab_;                                     // and of what differs of it under a block of tiles
};

DirectEstimate::DirectEstimate(const Problem& p, const Schedule& schedule, const Target& target,
                               const ConvNumbers& numbers)
    : target_(target),
      numbers_(numbers),
      s_(flattened(kernels::conv_shape(p))),
      cut_(s_.oh, s_.ow, schedule.get("rows")),
      residual_(p.has_input(3)),
      depth_first_(schedule.get("depth_first") != 0),
      rows_(schedule.get("rows")),
      vecs_(schedule.get("vecs")),
      depth_(as_double(block_depth(s_, numbers.lanes))),
      lists_(numbers.sparsity ? depth_ / sparse_depth(numbers.sparsity->gn,
                                                      static_cast<int>(block_depth(s_, numbers.lanes)))
                              : 1),
      kept_(numbers.sparsity ? numbers.sparsity->kept() : 1),
      ic_blocks_(as_double(reached_blocks(s_, schedule.get("vecs"), numbers.lanes))),
      chunk_(std::min<double>(schedule.get("ic_chunk"), ic_blocks_)),
      chunks_(std::ceil(ic_blocks_ / chunk_)) {
  const double vectors = as_double(blocks(s_.oc, numbers.lanes));
  output_blocks_ = std::ceil(vectors / vecs_);
  last_vecs_ = vectors - (output_blocks_ - 1) * vecs_;
  groups_ = std::ceil(output_blocks_ / schedule.get("oc_group"));
  group_vecs_ = std::min<double>(output_blocks_, schedule.get("oc_group")) * vecs_;

  const double od = as_double(s_.od), id = as_double(s_.id);
  all_tiles_ = od * static_cast<double>(cut_.pieces.size());
  tiles_ = std::min<double>(schedule.get("tiles"), all_tiles_);
  tile_blocks_ = std::ceil(all_tiles_ / tiles_);

  weight_chunk_ =
      chunk_ * as_double(s_.kernel_positions()) * depth_ * vecs_ * numbers.lanes * numbers.bytes * kept_;
  weights_ = weight_chunk_ * chunks_ * output_blocks_;
  input_ = ic_blocks_ * as_double(s_.id * s_.ih * s_.iw) * depth_ * numbers.bytes;
  output_ = as_double(s_.oc * s_.od * s_.oh * s_.ow) * numbers.bytes;
  plane_ = input_ / ic_blocks_ * chunk_ / id;

  // Planes × the share of a plane, with the rows that tiles share with their neighbours.
  const double columns = depth_first_ ? std::ceil(tiles_ / od) : std::min(tiles_, all_tiles_ / od);
  const double planes =
      depth_first_
          ? id
          : std::min(id, std::ceil(tiles_ * od / all_tiles_) * as_double(s_.sd) + as_double(s_.kd) - 1);
  const double share = columns * od / all_tiles_;
  const double rows_more = 1 + as_double(s_.kh - 1) / std::max(1.0, share * as_double(s_.ih));
  slab_ = planes * plane_ * std::min(1.0, share * rows_more);
}

// Kernel planes that meet the clip, over all output planes.
double DirectEstimate::planes_met() const {
  double planes = 0;
  for (std::int64_t od = 0; od < s_.od; ++od) {
    const kernels::Taps t = kernels::valid_taps(od, s_.sd, s_.pd, s_.dd, s_.kd, s_.id);
    planes += as_double(t.last - t.first);
  }
  return planes;
}

// Kernel rows that meet the image for any row of the tile.
double DirectEstimate::rows_met(const TileCut::Piece& piece) const {
  const kernels::Taps taps = tile_taps(s_, cut_, piece);
  return as_double(std::max<std::int64_t>(0, taps.last - taps.first));
}

// The calls of a tile for all chunks, from L1: multiplying, bound by FMAs, loads or latency; of each call the start and the store.
double DirectEstimate::tile_cycles(double rows, double vecs, double units) const {
  const double loads = vecs + (target_.device.isa == Isa::neon ? rows / numbers_.lanes : rows);
  const double step =
      std::max({rows * vecs / 2, loads / 2, 4.0}) + 0.08 * loads + rows * vecs * numbers_.cycles_per_k;
  return units * (depth_ * step + 3 * lists_) + as_double(s_.od) * chunks_ * (45 + rows * vecs_ * 1.5);
}

double DirectEstimate::multiply_cycles() const {
  const double planes = planes_met();
  double whole = 0, last = 0;
  for (const TileCut::Piece& piece : cut_.pieces) {
    const TileCut::Kind& kind = cut_.kinds[static_cast<std::size_t>(piece.kind)];
    const double rows = kind.h * kind.w;
    const double units = rows_met(piece) * as_double(s_.kw) * planes * ic_blocks_ * kept_;
    whole += tile_cycles(rows, vecs_, units);
    last += tile_cycles(rows, last_vecs_, units);
  }
  return (output_blocks_ - 1) * whole + last;
}

// All weights once per block of tiles, from wherever all of them fit beside the input.
double DirectEstimate::weight_fetch() const {
  return tile_blocks_ * fetch_cycles(target_.device, weights_, weights_ + input_);
}

// What every tile reads of its chunk: the weights of kernel planes and rows that it meets, and its part of the slab, from L2 where both
// stay there.
double DirectEstimate::tile_fetch() const {
  double rows = 0;
  for (const TileCut::Piece& piece : cut_.pieces) rows += rows_met(piece);
  const double weights_met = planes_met() * rows / as_double(s_.kd * s_.kh);  // times all weights
  const double tile_input = std::min(as_double(s_.kd), as_double(s_.id)) * plane_ * as_double(s_.od) /
                            all_tiles_ * as_double(s_.kh);
  const double set = std::min(slab_ + weight_chunk_, 0.75 * as_double(target_.device.l2_bytes));
  return output_blocks_ * chunks_ *
         (weights_met * fetch_cycles(target_.device, weight_chunk_, weight_chunk_) +
          all_tiles_ * fetch_cycles(target_.device, tile_input, set));
}

// Cycles in which nothing is multiplied: a tile's first channels need all its pixels, one line each, and out-of-order execution
// does not reach the next tile's. Along a plane hardware fetches ahead; through the clip every tile begins on other pages.
double DirectEstimate::input_waiting() const {
  if (stays_in_l2(weights_ + input_)) return 0;
  const Waits& waits = target_.device.isa == Isa::neon ? kNotAskedFor : kAskedFor;
  const double touched =
      std::min(1.0, as_double(s_.kh) / as_double(s_.sh)) * std::min(1.0, as_double(s_.kw) / as_double(s_.sw));
  const double first = depth_first_ ? waits.latency / rows_ : waits.line_ahead;
  const double walk =  // bytes read from the first tile to the last
      depth_first_ ? slab_
                   : plane_ * as_double(std::min(s_.kd, s_.id)) * tiles_ * as_double(s_.od) / all_tiles_;
  const double cycles = stays_in_l2(slab_ + weight_chunk_)
                            ? groups_ * slab_ / kLine * first
                            : walk / kLine * (groups_ * first + (output_blocks_ - groups_) * waits.again);
  return tile_blocks_ * chunks_ * touched * cycles;
}

double DirectEstimate::residual_waiting() const {
  const bool far = residual_ && input_ + 2 * output_ > 0.25 * as_double(target_.device.l3_bytes);
  return far ? output_ / kLine * kStreamedLine : 0;
}

// Partial sums, which a task leaves at the end of a chunk and takes up in the next: what L2 cannot keep meanwhile, beside the slab, goes
// and comes again.
double DirectEstimate::sum_waiting() const {
  constexpr double kGoneAndBack = 8;  // for each line
  const double sums = tiles_ * rows_ * group_vecs_ * numbers_.lanes * 4;
  const double set = (slab_ + weight_chunk_ + sums) / as_double(target_.device.l2_bytes);
  return (chunks_ - 1) * output_ / kLine * kGoneAndBack * std::clamp((set - 1) / 2, 0.0, 1.0);
}

// Fetching from L2 overlaps with multiplying, but not perfectly.
double DirectEstimate::ns() const {
  const double n = as_double(s_.n), multiply = multiply_cycles(), fetch = weight_fetch() + tile_fetch();
  const double overlapped = std::max(multiply, fetch) + 0.06 * std::min(multiply, fetch);
  return parallel_ns(n * (overlapped + input_waiting() + sum_waiting() + residual_waiting()),
                     n * tile_blocks_ * groups_, target_);
}

}  // namespace

double conv_direct_estimate_ns(const Problem& p, const Schedule& schedule, const Target& target,
                               const ConvNumbers& numbers) {
  return DirectEstimate(p, schedule, target, numbers).ns();
}

}  // namespace rt3d::jit
