#include "jit/quads/schedule.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "jit/direct/kernel.h"
#include "jit/direct/schedule.h"
#include "jit/family/estimate.h"
#include "jit/quads/plan.h"
#include "jit/quads/tile.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

namespace {

// Whole rows of tiles, or parts of the one row that there is.
std::set<int> tile_counts(const ConvShape& s, std::int64_t per_plane) {
  const std::int64_t per_row = per_plane % s.oh == 0 ? per_plane / s.oh : 1;
  std::set<int> counts;
  for (int rows : halves(per_plane / per_row)) counts.insert(static_cast<int>(rows * per_row));
  return s.oh == 1 ? halves(per_plane) : counts;
}

// Groups of output channels: as many as tensors have room for.
std::int64_t oc_groups(const ConvShape& s, const Target& target) {
  const int lanes = isa_lanes(target.device.isa);
  return kernels::blocks(s.oc, lanes) * lanes / kQuadOutputs;
}

using Values = std::vector<int>;

// Chunks whose slab takes several shares of L2.
Values chunks(const ConvShape& s, Schedule d, int block, const Target& target) {
  d.add("ic_chunk", 1);
  const QuadPlan plan(s, d, block);
  std::set<int> all;
  for (std::int64_t eighths : {1, 2, 4, 6})
    all.insert(even(kernels::blocks(s.ic, block), target.device.l2_bytes * eighths / 8 / (plan.slab * 4)));
  return listed(all);
}

// What loading a row's activations costs beside multiplying them. AMD's cores shuffle meanwhile but take long over repeating loads;
// Intel's shuffle instead of multiplying.
double row_load_cycles(const Device& device, bool spread) {
  const bool amd = device.name.starts_with("AMD");
  return spread == amd ? 0 : spread ? 0.5 : 0.1;
}

// The terms of the analytic time: cycles of one batch item and, where a box is given, its share of them.
class QuadEstimate {
 public:
  QuadEstimate(const Problem& p, const Schedule& schedule, const Target& target);
  double ns() const;

 private:
  double units(int plane, std::size_t tile) const;
  double tile_cycles(double rows, double units) const;
  double layout_cycles(const QuadBox& box) const;
  double slab_bytes(const QuadBox& box) const;
  double unit_fetch(double line_bytes, double slab) const;
  double weight_fetch() const;
  double sum_fetch(double pixels, double slab) const;
  double input_fetch(double slab) const;

  const Target& target_;
  QuadPlan plan_;
  BorderClasses classes_;
  double groups_;       // of output channels
  double chunks_;       // of input channels
  double tasks_of_oc_;  // that lay out the same box, each for its own groups
  double kept_units_;   // of a group at one kernel plane and row
  double load_cycles_;  // of a tile's activations, for each row
};

QuadEstimate::QuadEstimate(const Problem& p, const Schedule& schedule, const Target& target)
    : target_(target),
      plan_(flattened(kernels::conv_shape(p)), schedule,
            input_block(kernels::conv_shape(p), isa_lanes(target.device.isa))),
      classes_(plan_.s, plan_.cut),
      groups_(as_double(oc_groups(plan_.s, target))),
      chunks_(plan_.chunks()),
      tasks_of_oc_(std::ceil(groups_ / schedule.get("oc_group"))),
      kept_units_(kernels::sparsity_of(p)->kept() * std::ceil(as_double(plan_.s.ic) / QuadPlan::kChannels) *
                  as_double(plan_.s.kw)),
      load_cycles_(row_load_cycles(target.device, schedule.get("spread") != 0)) {}

// What a tile of this plane multiplies for a group, of all chunks: kernel planes and rows outside the clip are left out.
double QuadEstimate::units(int plane, std::size_t tile) const {
  const auto taps = [](const std::vector<kernels::Taps>& classes, int of) {
    const kernels::Taps& t = classes[static_cast<std::size_t>(of)];
    return as_double(t.last - t.first);
  };
  return kept_units_ * taps(classes_.d, classes_.of_plane[static_cast<std::size_t>(plane)]) *
         taps(classes_.h, classes_.of_piece[tile]);
}

// The calls of one tile for a group, from L1: multiplying, bound by FMAs, loads or latency; of each call the start, the adding up of
// lanes and the store; of all but the first the partial sums.
double QuadEstimate::tile_cycles(double rows, double units) const {
  constexpr double vecs = kQuadVecs;
  const double unit_cycles =
      std::max({rows * vecs / 2, (rows + 2 * vecs) / 2, 4.0}) + 0.8 + rows * load_cycles_;
  return units * unit_cycles + chunks_ * (40 + rows * vecs * 1.5) + (chunks_ - 1) * rows * 10;
}

// Laying out a box's slabs, pixel by pixel: a cache line of a pixel's channels comes and goes in four parts.
double QuadEstimate::layout_cycles(const QuadBox& box) const {
  return tasks_of_oc_ * as_double(box.pixels()) * as_double(kernels::blocks(plan_.s.ic, plan_.block)) *
         plan_.block / QuadPlan::kChannels * 1.2;
}

// A chunk under a box, laid out.
double QuadEstimate::slab_bytes(const QuadBox& box) const {
  return as_double(box.pixels()) * as_double(std::min<std::int64_t>(plan_.chunk_channels, plan_.s.ic)) * 4;
}

// What units read of the slab, a line of weights beside: from wherever the slab stays.
double QuadEstimate::unit_fetch(double line_bytes, double slab) const {
  return groups_ * fetch_cycles(target_.device, line_bytes, slab) * 0.7;
}

// All weights, once per box, from wherever all of them fit.
double QuadEstimate::weight_fetch() const {
  const double bytes =
      groups_ * kept_units_ * as_double(plan_.s.kd * plan_.s.kh) * kQuadOutputs * QuadPlan::kChannels * 4;
  return fetch_cycles(target_.device, bytes, bytes);
}

// Sums, which come and go from chunk to chunk: between one chunk and the next a task touches its slab and all its sums.
double QuadEstimate::sum_fetch(double pixels, double slab) const {
  const double bytes = pixels * groups_ * kQuadOutputs * 4;
  return (2 * chunks_ - 1) * fetch_cycles(target_.device, bytes, slab + bytes / tasks_of_oc_);
}

// What slabs are made of, from wherever the input fits.
double QuadEstimate::input_fetch(double slab) const {
  return tasks_of_oc_ * fetch_cycles(target_.device, slab * chunks_,
                                     as_double(plan_.s.ic * plan_.s.id * plan_.s.ih * plan_.s.iw) * 4);
}

// Multiplying hides most of what is fetched meanwhile; nothing is multiplied while a slab is laid out.
double QuadEstimate::ns() const {
  double multiply = 0, fetch = 0, layout = 0;
  for (const QuadBox& box : plan_.boxes) {
    double line_bytes = 0, pixels = 0;
    for (int d = box.plane_first; d < box.plane_first + box.plane_count; ++d)
      for (int t = box.tile_first; t < box.tile_first + box.tile_count; ++t) {
        const auto tile = static_cast<std::size_t>(t);
        const TileCut::Kind& kind = plan_.cut.kinds[static_cast<std::size_t>(plan_.cut.pieces[tile].kind)];
        const double rows = kind.h * kind.w, all_units = units(d, tile);
        multiply += groups_ * tile_cycles(rows, all_units);
        line_bytes += all_units * (rows * QuadPlan::kChannels * 4 + kLine);
        pixels += rows;
      }
    const double slab = slab_bytes(box);
    layout += layout_cycles(box);
    fetch += unit_fetch(line_bytes, slab);
    fetch += weight_fetch();
    fetch += sum_fetch(pixels, slab);
    fetch += input_fetch(slab);
  }
  const double n = as_double(plan_.s.n);
  return parallel_ns(n * overlapping_cycles(layout, multiply, fetch),
                     n * as_double(static_cast<std::int64_t>(plan_.boxes.size())) * tasks_of_oc_, target_);
}

}  // namespace

kernels::Tunables quad_tunables(const Problem& p, const Target& target) {
  const ConvShape s = flattened(kernels::conv_shape(p));
  const int block = input_block(s, isa_lanes(target.device.isa)),
            rows = most_rows(target.device.isa, kQuadVecs, kernels::activation_of(p.attributes));
  const auto per_plane = static_cast<std::int64_t>(TileCut(s.oh, s.ow, rows).pieces.size());
  const auto fitting_tiles = [=](const Schedule& d) {
    Values fitting;
    for (int tiles : tile_counts(s, per_plane))
      if (std::int64_t{d.get("planes")} * tiles * rows <= 8192) fitting.push_back(tiles);
    return fitting;
  };
  kernels::Tunables tunables({"rows", "planes", "tiles", "ic_chunk", "oc_group", "spread"});
  tunables.decide("rows", Values{rows})
      .decide("planes", listed(halves(s.od)))
      .decide("tiles", fitting_tiles)
      .decide("ic_chunk", [=](const Schedule& d) { return chunks(s, d, block, target); })
      .decide("oc_group", listed(whole_half_quarter(oc_groups(s, target))))
      .decide("spread", Values{0, 1});
  return tunables;
}

double quad_estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) {
  return QuadEstimate(p, schedule, target).ns();
}

}  // namespace rt3d::jit
