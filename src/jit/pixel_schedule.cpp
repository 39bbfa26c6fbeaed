#include "jit/pixel_schedule.h"

#include <algorithm>
#include <set>

#include "jit/cost.h"
#include "jit/pixel_plan.h"
#include "jit/pixel_tile.h"

namespace rt3d::jit {

using kernels::ConvShape;
using kernels::Schedule;
using kernels::Sparsity;
using kernels::Target;

namespace {

std::set<int> halves(std::int64_t whole) {
  std::set<int> parts;
  for (std::int64_t piece = whole; piece > 1; piece = (piece + 1) / 2) parts.insert(static_cast<int>(piece));
  parts.insert(1);
  return parts;
}

double taps_of(const PixelAxis& axis, int index) {
  const kernels::Taps& taps = axis.classes[static_cast<std::size_t>(index)];
  return static_cast<double>(taps.last - taps.first);
}

// Cycles of one k step of a tile: multiply ports or load ports (pixels lie across cache lines), or the latency of an FMA.
double step_cycles(double vectors, double channels) {
  return std::max({vectors * channels / 2, (1.5 * vectors + channels) / 2, 4.0}) +
         0.06 * (vectors + channels);
}

// Knobs that only multiply the candidates where they can matter.
struct Cut {
  int rows_outside, split;
};
std::vector<Cut> cuts(const ConvShape& s) {
  std::vector<Cut> all;
  // Rows outside reads nothing of the halo, so planes in the middle must be split at the border.
  if (s.kd == 1 || s.kh > 1) all.push_back({1, 1});
  if (s.kd > 1 || s.kh == 1) {
    all.push_back({0, 0});
    if (s.kh > 1 && s.ph + s.ph2 > 0) all.push_back({0, 1});
  }
  return all;
}

}  // namespace

std::vector<Schedule> pixel_space(const ConvShape& s, const Sparsity& sparsity, const Target& target) {
  const int lanes = isa_lanes(target.device.isa);
  const std::int64_t ic_blocks = kernels::blocks(s.ic, lanes), oc_blocks = kernels::blocks(s.oc, lanes);
  std::vector<Schedule> space;
  for (const Cut& cut : cuts(s))
    for (int outer : halves(cut.rows_outside ? s.oh : s.od))
      for (int middle : halves(cut.rows_outside ? s.od : s.oh)) {
        const std::int64_t pixels = std::int64_t{outer} * middle * s.ow;
        const bool whole = pixels == s.od * s.oh * s.ow;
        if (pixels > 16384 || (pixels < 2 * lanes && !whole)) continue;
        Schedule base{
            {"rows_outside", cut.rows_outside}, {"split", cut.split}, {"outer", outer}, {"middle", middle}};
        base.add("ic_chunk", 1);
        const PixelPlan plan(s, base, lanes);
        std::set<int> chunks;
        for (std::int64_t budget :
             {target.device.l2_bytes / 8, target.device.l2_bytes / 3, target.device.l2_bytes * 2 / 3}) {
          const std::int64_t most = std::clamp<std::int64_t>(budget / (plan.v_floats * 4), 1, ic_blocks);
          const std::int64_t parts = (ic_blocks + most - 1) / most;
          chunks.insert(static_cast<int>((ic_blocks + parts - 1) / parts));
        }
        for (int chunk : chunks)
          for (int channels : {4, 8}) {
            const int vectors = most_pixel_vectors(target.device.isa, channels);
            if (sparsity.gm % channels != 0 || vectors < 2) continue;
            for (std::int64_t group : std::set<std::int64_t>{oc_blocks, (oc_blocks + 1) / 2})
              for (int tiles_outside : {0, 1})
                space.push_back(Schedule{{"rows_outside", cut.rows_outside},
                                         {"split", cut.split},
                                         {"outer", outer},
                                         {"middle", middle},
                                         {"ic_chunk", chunk},
                                         {"channels", channels},
                                         {"vectors", vectors},
                                         {"oc_blocks", static_cast<int>(group)},
                                         {"tiles_outside", tiles_outside}});
          }
      }
  sort_by_estimate(
      space, [&](const Schedule& schedule) { return pixel_estimate_ns(s, sparsity, schedule, target); });
  return space;
}

// Time = multiply cycles of the tiles + repacking and transposing back + what is fetched from beyond L1, where it is more than
// multiplying hides.
double pixel_estimate_ns(const ConvShape& s, const Sparsity& sparsity, const Schedule& schedule,
                         const Target& target) {
  const Device& device = target.device;
  const int lanes = isa_lanes(device.isa);
  const PixelPlan plan(s, schedule, lanes);
  const double channels = schedule.get("channels");
  const int most = schedule.get("vectors");
  const auto as_double = [](std::int64_t value) { return static_cast<double>(value); };
  const double oc = as_double(kernels::blocks(s.oc, lanes) * lanes), ic = as_double(s.ic);
  const double ic_blocks = as_double(kernels::blocks(s.ic, lanes));
  const double chunks = std::ceil(ic / as_double(plan.chunk_channels)), groups = oc / channels;
  const double tasks_of_oc = std::ceil(as_double(kernels::blocks(s.oc, lanes)) / schedule.get("oc_blocks"));
  const double kept = sparsity.kept() * ic * as_double(s.kw);
  const double weights = oc * kept * as_double(s.kd * s.kh) * 4;
  const double step_bytes = as_double(lanes) * 4;

  double multiply = 0, fetch = 0, layout = 0;
  for (const PixelBlock& block : plan.blocks) {
    double tiles = 0, steps_bytes = 0;
    for (const PixelSegment& segment : block.segments) {
      const double steps =
          kept * taps_of(plan.outer, segment.outer_class) * taps_of(plan.middle, segment.middle_class);
      const std::int64_t vectors = (segment.pixels + lanes - 1) / lanes, parts = tiles_of(vectors, most);
      const double each = as_double(vectors) / as_double(parts);
      const double calls = as_double(parts) * groups;
      multiply += calls * (steps * step_cycles(each, channels) +
                           chunks * (40 + each * channels * (chunks > 1 ? 3 : 2)));
      steps_bytes += calls * steps * each * step_bytes;
      tiles += as_double(parts);
    }
    // Pieces of at most a vector's pixels: loads, transposing and stores.
    const double pieces =
        std::ceil(as_double(s.ow) / lanes) / std::max(1.0, std::floor(as_double(lanes) / as_double(s.ow)));
    const double lines = (as_double(block.outer_count) / plan.outer.block * plan.outer.lines) *
                         (as_double(block.middle_count) / plan.middle.block * plan.middle.lines);
    const double outputs = as_double(std::int64_t{block.outer_count} * block.middle_count) * pieces;
    layout += lines * pieces * as_double(s.kw) * ic_blocks * lanes * 3.0 * tasks_of_oc + outputs * oc * 2.5;
    const double v = as_double(plan.v_floats) * 4,
                 sums = chunks > 1 ? oc / tasks_of_oc * as_double(plan.c_channel) * 4 : 0;
    const double chunk_weights = weights / tasks_of_oc / chunks;
    if (schedule.get("tiles_outside"))
      fetch += fetch_cycles(device, steps_bytes, v / std::max(1.0, tiles) * 2 + chunk_weights / 4) +
               tiles * fetch_cycles(device, weights, chunk_weights + v);
    else
      fetch += fetch_cycles(device, steps_bytes, v) * 0.7 + fetch_cycles(device, weights, weights + v + sums);
    fetch += tasks_of_oc * fetch_cycles(device, v * chunks, as_double(s.ic * s.id * s.ih * s.iw) * 4);
    if (v + sums > 0.75 * as_double(device.l2_bytes))
      fetch += fetch_cycles(device, steps_bytes, v + sums) * 0.3;
  }
  const double n = as_double(s.n),
               tasks = n * as_double(static_cast<std::int64_t>(plan.blocks.size())) * tasks_of_oc;
  return parallel_ns(n * (layout + std::max(multiply, fetch) + 0.2 * std::min(multiply, fetch)), tasks,
                     target);
}

}  // namespace rt3d::jit
