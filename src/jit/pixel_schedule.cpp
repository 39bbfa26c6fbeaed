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

double taps_of(const PixelAxis& axis, int index) {
  const kernels::Taps& taps = axis.classes[static_cast<std::size_t>(index)];
  return static_cast<double>(taps.last - taps.first);
}

// Cycles of one k step of a tile: multiply ports or load ports; with a single vector there is too little to do between loads.
double step_cycles(double vectors, double channels) {
  return std::max(vectors * channels / 2, (1.25 * vectors + channels) / (vectors > 1 ? 1.6 : 1.25)) +
         0.05 * (vectors + channels);
}

// Knobs that only multiply the candidates where they can matter.
struct Cut {
  int rows_outside, split, gaps;
};
std::vector<Cut> cuts(const ConvShape& s) {
  std::vector<Cut> all;
  for (int gaps = 0; gaps <= (s.kw > 1 && s.sw == 1 ? 1 : 0); ++gaps) {
    // Rows outside reads nothing of the halo, so planes in the middle must be split at the border.
    if (s.kd == 1 || s.kh > 1) all.push_back({1, 1, gaps});
    if (s.kd > 1 || s.kh == 1) {
      all.push_back({0, 0, gaps});
      if (s.kh > 1 && s.ph + s.ph2 > 0) all.push_back({0, 1, gaps});
    }
  }
  return all;
}

}  // namespace

std::vector<Schedule> pixel_space(const ConvShape& s, const Sparsity& sparsity, const Target& target) {
  constexpr std::size_t kMost = 300;  // the best by estimate
  const int lanes = isa_lanes(target.device.isa);
  const std::int64_t ic_blocks = kernels::blocks(s.ic, lanes), oc_blocks = kernels::blocks(s.oc, lanes);
  // As many channels as leave room for two vectors.
  const int channels = sparsity.gm % 8 == 0 && most_pixel_vectors(target.device.isa, 8) > 1 ? 8 : 4;
  const int vectors = most_pixel_vectors(target.device.isa, channels);
  std::vector<Schedule> space;
  for (const Cut& cut : cuts(s))
    for (int outer : halves(cut.rows_outside ? s.oh : s.od))
      for (int middle : halves(cut.rows_outside ? s.od : s.oh)) {
        const std::int64_t pixels = std::int64_t{outer} * middle * s.ow, all = s.od * s.oh * s.ow;
        if (pixels > 8192 || pixels < std::min<std::int64_t>(all, std::int64_t{12} * lanes)) continue;
        Schedule cut_only{{"rows_outside", cut.rows_outside},
                          {"split", cut.split},
                          {"gaps", cut.gaps},
                          {"outer", outer},
                          {"middle", middle}};
        Schedule one_block = cut_only;
        one_block.add("ic_chunk", 1);
        one_block.add("vectors", vectors);
        const PixelPlan plan(s, one_block, lanes);
        std::set<int> chunks;
        for (std::int64_t share : {8, 3, 2})
          chunks.insert(even(ic_blocks, target.device.l2_bytes / share / (plan.v_floats * 4)));
        for (int chunk : chunks)
          for (int group : std::set<int>{even(oc_blocks, oc_blocks), even(oc_blocks, oc_blocks / 2),
                                         even(oc_blocks, oc_blocks / 4)})
            for (int tiles_outside : {0, 1}) {
              Schedule schedule = cut_only;
              schedule.add("ic_chunk", chunk);
              schedule.add("channels", channels);
              schedule.add("vectors", vectors);
              schedule.add("oc_blocks", group);
              schedule.add("tiles_outside", tiles_outside);
              space.push_back(std::move(schedule));
            }
      }
  sort_by_estimate(
      space, [&](const Schedule& schedule) { return pixel_estimate_ns(s, sparsity, schedule, target); });
  if (space.size() > kMost) space.resize(kMost);
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
  const auto as_double = [](std::int64_t value) { return static_cast<double>(value); };
  const double oc = as_double(kernels::blocks(s.oc, lanes) * lanes), ic = as_double(s.ic);
  const double ic_blocks = as_double(kernels::blocks(s.ic, lanes));
  const double chunks = std::ceil(ic / as_double(plan.chunk_channels)), groups = oc / channels;
  const double tasks_of_oc = std::ceil(as_double(kernels::blocks(s.oc, lanes)) / schedule.get("oc_blocks"));
  const double kept = sparsity.kept() * ic * as_double(s.kw);
  const double weights = oc * kept * as_double(s.kd * s.kh) * 4;

  const bool tiles_outside = schedule.get("tiles_outside") != 0;
  const double v = as_double(plan.v_floats) * 4, chunk_weights = weights / tasks_of_oc / chunks;
  // Sums of one chunk that is all go back before the next come.
  const double sums =
      (chunks > 1 || tiles_outside ? oc / tasks_of_oc : lanes) * as_double(plan.c_channel) * 4;
  const double set = v + sums + (tiles_outside ? chunk_weights : 0);

  const double input = as_double(s.ic * s.id * s.ih * s.iw) * 4, l2 = 0.75 * as_double(device.l2_bytes);
  double multiply = 0, fetch = 0, layout = 0;
  for (const PixelBlock& block : plan.blocks) {
    const double tiles = as_double(static_cast<std::int64_t>(block.runs.size()));
    double step_bytes = 0, vectors = 0;
    for (const PixelRun& run : block.runs) {
      const double steps =
          kept * taps_of(plan.outer, run.outer_class) * taps_of(plan.middle, run.middle_class);
      multiply +=
          groups * (steps * step_cycles(run.vectors, channels) + chunks * (50 + run.vectors * channels));
      step_bytes += groups * steps * (run.vectors + 1) * lanes * 4;  // pixels lie across cache lines
      vectors += run.vectors;
    }
    // Pieces of at most a vector's pixels: loads, transposing and stores.
    const auto pieces_of = [&](std::int64_t columns) {
      return std::ceil(as_double(columns) / lanes) /
             std::max(1.0, std::floor(as_double(lanes) / as_double(columns)));
    };
    const double lines = (as_double(block.outer_count) / plan.outer.block * plan.outer.lines) *
                         (as_double(block.middle_count) / plan.middle.block * plan.middle.lines);
    const double outputs = as_double(std::int64_t{block.outer_count} * block.middle_count) * pieces_of(s.ow);
    layout +=
        lines * pieces_of(plan.pitch) * as_double(plan.copies) * ic_blocks * lanes * 3.0 * tasks_of_oc +
        outputs * oc * (tiles_outside ? 7.0 : 4.0);  // from afar, or prefetched while tiles are multiplied
    // Pixels of the chunk, for every group or, where tiles are outside, for the first; weights once or for every tile; sums.
    const double near = tiles_outside ? v / std::max(1.0, tiles) * 2 : set;
    fetch += fetch_cycles(device, step_bytes, near) * 0.6;
    fetch += (tiles_outside ? tiles : 1) * fetch_cycles(device, weights, tiles_outside ? set : weights);
    // Sums come and go from one chunk to the next; beyond L2 that is slow.
    fetch += (2 * chunks - 1) * fetch_cycles(device, vectors * lanes * 4 * oc, set) *
             (set < as_double(device.l2_bytes) ? 1 : 2);
    // Lines from beyond L2 are asked for early, which hides two thirds of the way; nothing is multiplied meanwhile.
    if (input > l2) layout += tasks_of_oc * v * chunks / as_double(plan.copies) / kLine * kStreamedLine / 3;
  }
  const double n = as_double(s.n),
               tasks = n * as_double(static_cast<std::int64_t>(plan.blocks.size())) * tasks_of_oc;
  return parallel_ns(n * (layout + std::max(multiply, fetch) + 0.25 * std::min(multiply, fetch)), tasks,
                     target);
}

}  // namespace rt3d::jit
