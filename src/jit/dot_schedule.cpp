#include "jit/dot_schedule.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "jit/conv_schedule.h"
#include "jit/conv_tiles.h"
#include "jit/cost.h"
#include "jit/dot_plan.h"
#include "jit/dot_tile.h"

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

double as_double(std::int64_t value) { return static_cast<double>(value); }

double taps_of(const kernels::Taps& taps) { return as_double(taps.last - taps.first); }

// Schedules of one box: chunks whose slab takes several shares of L2, output channels in several parts.
void add_chunks(std::vector<Schedule>& space, const Schedule& box, const ConvShape& s, int block,
                const Target& target) {
  const std::int64_t ic_blocks = kernels::blocks(s.ic, block);
  Schedule one_block = box;
  one_block.add("ic_chunk", 1);
  const DotPlan plan(s, one_block, block);
  std::set<int> chunks;
  for (std::int64_t eighths : {1, 2, 4, 6})
    chunks.insert(even(ic_blocks, target.device.l2_bytes * eighths / 8 / (plan.slab * 4)));
  const int lanes = isa_lanes(target.device.isa);
  const std::int64_t groups = kernels::blocks(s.oc, lanes) * lanes / kDotChannels;
  for (int chunk : chunks)
    for (int group : std::set<int>{even(groups, groups), even(groups, groups / 2), even(groups, groups / 4)})
      for (int spread : {0, 1}) {
        Schedule schedule = box;
        schedule.add("ic_chunk", chunk);
        schedule.add("oc_group", group);
        schedule.add("spread", spread);
        space.push_back(std::move(schedule));
      }
}

}  // namespace

std::vector<Schedule> dot_space(const Problem& p, const Target& target) {
  constexpr std::size_t kMost = 300;  // the best by estimate
  const ConvShape s = flattened(kernels::conv_shape(p));
  const int block = input_block(s, isa_lanes(target.device.isa)),
            rows = most_rows(target.device.isa, kDotVecs, p);
  const auto per_plane = static_cast<std::int64_t>(TileCut(s.oh, s.ow, rows).pieces.size());
  std::vector<Schedule> space;
  for (int planes : halves(s.od))
    for (int tiles : tile_counts(s, per_plane)) {
      if (std::int64_t{planes} * tiles * rows > 8192) continue;
      add_chunks(space, Schedule{{"rows", rows}, {"planes", planes}, {"tiles", tiles}}, s, block, target);
    }
  sort_by_estimate(space, [&](const Schedule& schedule) { return dot_estimate_ns(p, schedule, target); });
  if (space.size() > kMost) space.resize(kMost);
  return space;
}

// Time = multiply cycles of the tiles + laying out slabs + what is fetched from beyond L1, where it is more than multiplying hides.
double dot_estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) {
  const ConvShape s = flattened(kernels::conv_shape(p));
  const Device& device = target.device;
  const int lanes = isa_lanes(device.isa), block = input_block(s, lanes);
  const DotPlan plan(s, schedule, block);
  const BorderClasses classes(s, plan.cut);
  constexpr double channels = kDotChannels, vecs = kDotVecs;
  const double quads = std::ceil(as_double(s.ic) / DotPlan::kChannels), chunks = plan.chunks();
  const double groups = as_double(kernels::blocks(s.oc, lanes) * lanes) / channels;
  const double tasks_of_oc = std::ceil(groups / schedule.get("oc_group"));
  const double kept = kernels::sparsity_of(p)->kept() * quads * as_double(s.kw);  // units per plane and row
  const double weights = groups * kept * as_double(s.kd * s.kh) * channels * DotPlan::kChannels * 4;
  // AMD's cores shuffle beside multiplications but take long over repeating loads; Intel's shuffle instead of multiplying.
  const bool amd = device.name.starts_with("AMD"), spread = schedule.get("spread") != 0;
  const double load_cycles = spread == amd ? 0 : spread ? 0.5 : 0.1;

  double multiply = 0, fetch = 0, layout = 0;
  for (const DotBox& box : plan.boxes) {
    const double slab = as_double(box.planes.count * box.rows.count * box.columns.count) *
                        as_double(std::min<std::int64_t>(plan.chunk_channels, s.ic)) * 4;
    double line_bytes = 0, pixels = 0;
    for (int d = box.plane_first; d < box.plane_first + box.plane_count; ++d)
      for (int t = box.tile_first; t < box.tile_first + box.tile_count; ++t) {
        const auto at = static_cast<std::size_t>(t);
        const TileCut::Kind& kind = plan.cut.kinds[static_cast<std::size_t>(plan.cut.pieces[at].kind)];
        const double rows = kind.h * kind.w;
        const double units =
            kept *
            taps_of(classes.d[static_cast<std::size_t>(classes.of_plane[static_cast<std::size_t>(d)])]) *
            taps_of(classes.h[static_cast<std::size_t>(classes.of_piece[at])]);
        const double unit_cycles =
            std::max({rows * vecs / 2, (rows + 2 * vecs) / 2, 4.0}) + 0.8 + rows * load_cycles;
        multiply +=
            groups * (units * unit_cycles + chunks * (40 + rows * vecs * 1.5) + (chunks - 1) * rows * 10);
        line_bytes += units * (rows * DotPlan::kChannels * 4 + 64);
        pixels += rows;
      }
    // A cache line of a pixel's channels comes and goes in four parts.
    layout += tasks_of_oc * as_double(box.planes.count * box.rows.count * box.columns.count) *
              as_double(kernels::blocks(s.ic, block)) * block / DotPlan::kChannels * 1.2;
    fetch += groups * fetch_cycles(device, line_bytes, slab) * 0.7;
    fetch += fetch_cycles(device, weights, weights);
    // Partial sums come and go.
    fetch += (2 * chunks - 1) * fetch_cycles(device, pixels * groups * channels * 4,
                                             slab + pixels * groups * channels * 4 / tasks_of_oc);
    fetch += tasks_of_oc * fetch_cycles(device, slab * chunks, as_double(s.ic * s.id * s.ih * s.iw) * 4);
  }
  const double n = as_double(s.n),
               tasks = n * as_double(static_cast<std::int64_t>(plan.boxes.size())) * tasks_of_oc;
  return parallel_ns(n * (layout + std::max(multiply, fetch) + 0.25 * std::min(multiply, fetch)), tasks,
                     target);
}

}  // namespace rt3d::jit
