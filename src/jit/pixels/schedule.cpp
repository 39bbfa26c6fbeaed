#include "jit/pixels/schedule.h"

#include <algorithm>
#include <set>

#include "jit/family/estimate.h"
#include "jit/pixels/plan.h"
#include "jit/pixels/tile.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Schedule;
using kernels::Sparsity;
using kernels::Target;

namespace {

// Cycles of one k step of a tile: multiply ports or load ports; with a single vector there is too little to do between loads.
double step_cycles(double vectors, double channels) {
  return std::max(vectors * channels / 2, (1.25 * vectors + channels) / (vectors > 1 ? 1.6 : 1.25)) +
         0.05 * (vectors + channels);
}

using Values = std::vector<int>;

// Knobs that only multiply the candidates where they can matter.
Values gaps(const ConvShape& s) { return s.kw > 1 && s.sw == 1 ? Values{0, 1} : Values{0}; }
Values rows_outside(const ConvShape& s) {
  Values all;
  if (s.kd == 1 || s.kh > 1) all.push_back(1);
  if (s.kd > 1 || s.kh == 1) all.push_back(0);
  return all;
}
// Rows outside reads nothing of the halo, so planes in the middle must be split at the border.
Values split(const ConvShape& s, bool rows_are_outside) {
  if (rows_are_outside) return {1};
  return s.kh > 1 && s.ph + s.ph2 > 0 ? Values{0, 1} : Values{0};
}

// Rows and planes in the middle of a block: enough pixels for a few vectors, and not too many for the caches.
Values middles(const ConvShape& s, const Schedule& d, int lanes) {
  const std::int64_t all = s.od * s.oh * s.ow, least = std::min<std::int64_t>(all, std::int64_t{12} * lanes);
  Values fitting;
  for (int middle : halves(d.get("rows_outside") ? s.od : s.oh)) {
    const std::int64_t pixels = std::int64_t{d.get("outer")} * middle * s.ow;
    if (pixels <= 8192 && pixels >= least) fitting.push_back(middle);
  }
  return fitting;
}

// Chunks that take several shares of L2.
Values chunks(const ConvShape& s, Schedule d, int vectors, const Target& target) {
  const int lanes = isa_lanes(target.device.isa);
  d.add("ic_chunk", 1);
  d.add("vectors", vectors);
  const PixelPlan plan(s, d, lanes);
  std::set<int> all;
  for (std::int64_t share : {8, 3, 2})
    all.insert(even(kernels::blocks(s.ic, lanes), target.device.l2_bytes / share / (plan.v_floats * 4)));
  return listed(all);
}

// The terms of the analytic time: cycles of one batch item and, where a block is given, its share of them.
class PixelEstimate {
 public:
  PixelEstimate(const ConvShape& s, const Sparsity& sparsity, const Schedule& schedule, const Target& target);
  double ns() const;

 private:
  double steps(const PixelRun& run) const;
  double run_cycles(double vectors, double steps) const;
  double pieces(std::int64_t columns) const;
  double layout_cycles(const PixelBlock& block) const;
  double waiting_cycles() const;
  double step_fetch(double bytes, double tiles) const;
  double weight_fetch(double tiles) const;
  double sum_fetch(double vectors) const;

  const Target& target_;
  int lanes_;
  PixelPlan plan_;
  double channels_;     // of a tile
  double oc_, groups_;  // output channels with those that fill up the last vector, groups of them
  double chunks_;       // of input channels
  double tasks_of_oc_;  // that repack the same block, each for its own output channels
  double kept_steps_;   // of a group at one kernel plane and row
  double weights_;      // bytes
  bool tiles_outside_;
  double v_;  // bytes of a repacked chunk
  double
      set_;  // bytes that a task comes back to: the chunk, sums and, where tiles are outside, the chunk's weights
};

PixelEstimate::PixelEstimate(const ConvShape& s, const Sparsity& sparsity, const Schedule& schedule,
                             const Target& target)
    : target_(target),
      lanes_(isa_lanes(target.device.isa)),
      plan_(s, schedule, lanes_),
      channels_(schedule.get("channels")),
      oc_(as_double(kernels::blocks(s.oc, lanes_) * lanes_)),
      groups_(oc_ / channels_),
      chunks_(plan_.chunks()),
      tasks_of_oc_(std::ceil(as_double(kernels::blocks(s.oc, lanes_)) / schedule.get("oc_blocks"))),
      kept_steps_(sparsity.kept() * as_double(s.ic) * as_double(s.kw)),
      weights_(oc_ * kept_steps_ * as_double(s.kd * s.kh) * 4),
      tiles_outside_(schedule.get("tiles_outside") != 0),
      v_(as_double(plan_.v_floats) * 4) {
  // Sums of one chunk that is all go back before the next come.
  const double sums =
      (chunks_ > 1 || tiles_outside_ ? oc_ / tasks_of_oc_ : lanes_) * as_double(plan_.c_channel) * 4;
  set_ = v_ + sums + (tiles_outside_ ? weights_ / tasks_of_oc_ / chunks_ : 0);
}

// What a run multiplies for a group, of all chunks: kernel planes and rows that its segment does not meet are left out.
double PixelEstimate::steps(const PixelRun& run) const {
  const auto taps = [](const PixelAxis& axis, int of) {
    const kernels::Taps& t = axis.classes[static_cast<std::size_t>(of)];
    return as_double(t.last - t.first);
  };
  return kept_steps_ * taps(plan_.outer, run.outer_class) * taps(plan_.middle, run.middle_class);
}

// The calls of one tile for a group, from L1.
double PixelEstimate::run_cycles(double vectors, double steps) const {
  return steps * step_cycles(vectors, channels_) + chunks_ * (50 + vectors * channels_);
}

// Transposed at a time: at most a vector's pixels, of one line or of several.
double PixelEstimate::pieces(std::int64_t columns) const {
  return std::ceil(as_double(columns) / lanes_) /
         std::max(1.0, std::floor(as_double(lanes_) / as_double(columns)));
}

// Loads, transposing and stores of a block's input and sums; these come from afar, or were prefetched while tiles were multiplied.
double PixelEstimate::layout_cycles(const PixelBlock& block) const {
  const double lines = (as_double(block.outer_count) / plan_.outer.block * plan_.outer.lines) *
                       (as_double(block.middle_count) / plan_.middle.block * plan_.middle.lines);
  const double outputs = as_double(std::int64_t{block.outer_count} * block.middle_count) * pieces(plan_.s.ow);
  return lines * pieces(plan_.pitch) * as_double(plan_.copies) *
             as_double(kernels::blocks(plan_.s.ic, lanes_)) * lanes_ * 3.0 * tasks_of_oc_ +
         outputs * oc_ * (tiles_outside_ ? 7.0 : 4.0);
}

// For a block's lines from beyond L2: they are asked for early, which hides two thirds of the way; nothing is multiplied meanwhile.
double PixelEstimate::waiting_cycles() const {
  const ConvShape& s = plan_.s;
  const double input = as_double(s.ic * s.id * s.ih * s.iw) * 4;
  if (input <= 0.75 * as_double(target_.device.l2_bytes)) return 0;
  return tasks_of_oc_ * v_ * chunks_ / as_double(plan_.copies) / kLine * kStreamedLine / 3;
}

// The chunk's pixels, for every group or, where tiles are outside, for the first.
double PixelEstimate::step_fetch(double bytes, double tiles) const {
  const double near = tiles_outside_ ? v_ / std::max(1.0, tiles) * 2 : set_;
  return fetch_cycles(target_.device, bytes, near) * 0.6;
}

// All weights, once per block or, where tiles are outside, for every tile.
double PixelEstimate::weight_fetch(double tiles) const {
  return (tiles_outside_ ? tiles : 1) *
         fetch_cycles(target_.device, weights_, tiles_outside_ ? set_ : weights_);
}

// Sums, which come and go from one chunk to the next; beyond L2 that is slow.
double PixelEstimate::sum_fetch(double vectors) const {
  return (2 * chunks_ - 1) * fetch_cycles(target_.device, vectors * lanes_ * 4 * oc_, set_) *
         (set_ < as_double(target_.device.l2_bytes) ? 1 : 2);
}

// Multiplying hides most of what is fetched meanwhile; nothing is multiplied while pixels are transposed.
double PixelEstimate::ns() const {
  double multiply = 0, fetch = 0, layout = 0;
  for (const PixelBlock& block : plan_.blocks) {
    const double tiles = as_double(static_cast<std::int64_t>(block.runs.size()));
    double step_bytes = 0, vectors = 0;
    for (const PixelRun& run : block.runs) {
      const double all_steps = steps(run);
      multiply += groups_ * run_cycles(run.vectors, all_steps);
      step_bytes += groups_ * all_steps * (run.vectors + 1) * lanes_ * 4;  // pixels lie across cache lines
      vectors += run.vectors;
    }
    layout += layout_cycles(block);
    fetch += step_fetch(step_bytes, tiles);
    fetch += weight_fetch(tiles);
    fetch += sum_fetch(vectors);
    layout += waiting_cycles();
  }
  const double n = as_double(plan_.s.n);
  return parallel_ns(n * overlapping_cycles(layout, multiply, fetch),
                     n * as_double(static_cast<std::int64_t>(plan_.blocks.size())) * tasks_of_oc_, target_);
}

}  // namespace

kernels::Tunables pixel_tunables(const ConvShape& s, const Sparsity& sparsity, const Target& target) {
  const int lanes = isa_lanes(target.device.isa);
  // As many channels as leave room for two vectors.
  const int channels = sparsity.gm % 8 == 0 && most_pixel_vectors(target.device.isa, 8) > 1 ? 8 : 4;
  const int vectors = most_pixel_vectors(target.device.isa, channels);
  kernels::Tunables tunables({"rows_outside", "split", "gaps", "outer", "middle", "ic_chunk", "channels",
                              "vectors", "oc_blocks", "tiles_outside"});
  tunables.decide("gaps", gaps(s))
      .decide("rows_outside", rows_outside(s))
      .decide("split", [=](const Schedule& d) { return split(s, d.get("rows_outside") != 0); })
      .decide("outer", [=](const Schedule& d) { return listed(halves(d.get("rows_outside") ? s.oh : s.od)); })
      .decide("middle", [=](const Schedule& d) { return middles(s, d, lanes); })
      .decide("ic_chunk", [=](const Schedule& d) { return chunks(s, d, vectors, target); })
      .decide("channels", Values{channels})
      .decide("vectors", Values{vectors})
      .decide("oc_blocks", listed(whole_half_quarter(kernels::blocks(s.oc, lanes))))
      .decide("tiles_outside", Values{0, 1});
  return tunables;
}

double pixel_estimate_ns(const ConvShape& s, const Sparsity& sparsity, const Schedule& schedule,
                         const Target& target) {
  return PixelEstimate(s, sparsity, schedule, target).ns();
}

}  // namespace rt3d::jit
