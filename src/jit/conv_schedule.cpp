#include "jit/conv_schedule.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "jit/conv_plan.h"
#include "jit/cost.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

namespace {

int depth(const ConvShape& s, int lanes) {
  return static_cast<int>(std::min<std::int64_t>(s.ic, s.ic <= 4 ? 4 : lanes));
}

// Input-channel blocks that one output block of `vecs` vectors reaches.
std::int64_t reached_blocks(const ConvShape& s, int vecs, int lanes) {
  const std::int64_t ocg = s.oc / s.g, icg = s.ic / s.g;
  const std::int64_t groups = std::min(s.g, (static_cast<std::int64_t>(vecs) * lanes + ocg - 1) / ocg);
  return blocks(groups * icg, s.ic <= 4 ? 4 : lanes);
}

// The input of one block of tiles and one chunk, and how it is read.
struct InputReads {
  double slab, walk;  // bytes that differ, and bytes read from the first tile to the last
  bool stays;         // in L2, for all output blocks of a group
  double groups, output_blocks;
  int rows;
  bool depth_first;
};

constexpr double kLatency = 650;  // cycles until what a tile asks for at once is there, from beyond L2

// Cycles in which nothing is multiplied: a tile's first channels need all its pixels, one line each, and out-of-order execution
// does not reach the next tile's. Along a plane hardware fetches ahead; through the clip every tile begins on other pages.
double waiting_cycles(const InputReads& in) {
  const double first = in.depth_first ? kLatency / in.rows : kStreamedLine;
  if (in.stays) return in.groups * in.slab / kLine * first;
  constexpr double kAgain = 6;  // for each line that was read for other output channels not long ago
  return in.walk / kLine * (in.groups * first + (in.output_blocks - in.groups) * kAgain);
}

}  // namespace

int most_rows(Isa isa, int vecs, const Problem& p) {
  const kernels::Activation activation = kernels::activation_of(p.attributes);
  int rows = 0;
  while (rows < 32 && tile_fits(isa, rows + 1, vecs, activation)) ++rows;
  return rows;
}

int sparse_depth(int gn, int block) {
  int depth = std::min(8, block);
  while (gn % depth != 0) depth /= 2;
  return depth;
}

std::int64_t sparse_unit_bytes(const ConvShape& s, const kernels::Sparsity& sparsity, int channels,
                               int depth) {
  constexpr std::int64_t kClasses = 9;  // most layers have three of planes and three of rows
  const std::int64_t units =
      blocks(s.oc, channels) * blocks(s.ic, depth) * s.kernel_positions() * sparsity.kept_percent / 100;
  return units * (std::int64_t{channels} * depth * 4 + kClasses * static_cast<std::int64_t>(sizeof(Unit)));
}

std::vector<Schedule> conv_direct_space(const Problem& p, const Target& target, const ConvNumbers& numbers) {
  const ConvShape s = flattened(kernels::conv_shape(p));
  const int lanes = numbers.lanes;
  std::vector<Schedule> space;
  for (int vecs = 1; vecs <= 6; ++vecs) {
    const int rows = most_rows(target.device.isa, vecs, p);
    if (rows == 0 || (vecs > 1 && vecs > blocks(s.oc, lanes))) break;
    // A block of output channels lies within a group.
    if (numbers.sparsity && numbers.sparsity->gm % (vecs * lanes) != 0) continue;
    const TileCut cut(s.oh, s.ow, rows);
    const auto per_plane = static_cast<std::int64_t>(cut.pieces.size());
    const std::int64_t tiles = per_plane * s.od;
    const std::int64_t ic_blocks = reached_blocks(s, vecs, lanes);
    const std::int64_t dense_bytes = s.kernel_positions() * depth(s, lanes) * vecs * lanes * numbers.bytes;
    const std::int64_t block_bytes =
        numbers.sparsity ? std::max<std::int64_t>(1, dense_bytes * numbers.sparsity->kept_percent / 100)
                         : dense_bytes;
    const std::int64_t output_blocks = (blocks(s.oc, lanes) + vecs - 1) / vecs;
    std::set<int> chunks{static_cast<int>(ic_blocks)}, groups;
    for (std::int64_t budget :
         {target.device.l1d_bytes / 2, target.device.l2_bytes / 4, target.device.l2_bytes / 2})
      chunks.insert(even(ic_blocks, budget / block_bytes));
    for (std::int64_t group : {std::int64_t{1}, (output_blocks + 1) / 2, output_blocks})
      groups.insert(static_cast<int>(group));
    for (int depth_first = 0; depth_first <= (s.kd > 1 && s.od > 1 ? 1 : 0); ++depth_first) {
      // Blocks of tiles: parts of a plane or whole planes; or columns through the clip.
      std::set<int> tile_counts{static_cast<int>(tiles), even(tiles, tiles / (2 * target.threads))};
      if (depth_first)
        for (std::int64_t columns : {1, 2, 4, 8}) tile_counts.insert(even(tiles, columns * s.od));
      else
        for (std::int64_t count : {per_plane / 4, per_plane / 2, per_plane, 2 * per_plane})
          tile_counts.insert(even(tiles, count));
      // And blocks whose input stays in L2 while all output channels are made of it.
      const std::int64_t tile_bytes = rows * s.sh * s.sw * ic_blocks * depth(s, lanes) * numbers.bytes;
      for (std::int64_t budget : {target.device.l2_bytes / 2, target.device.l2_bytes / 8})
        if (budget / tile_bytes < per_plane / 4) tile_counts.insert(even(tiles, budget / tile_bytes));
      for (int chunk : chunks)
        for (int count : tile_counts)
          for (int group : groups)
            space.push_back(Schedule{{"rows", rows},
                                     {"vecs", vecs},
                                     {"ic_chunk", chunk},
                                     {"tiles", count},
                                     {"oc_group", group},
                                     {"depth_first", depth_first}});
    }
  }
  sort_by_estimate(
      space, [&](const Schedule& schedule) { return conv_direct_estimate_ns(p, schedule, target, numbers); });
  return space;
}

// Time = multiply cycles of the tiles (FMA ports, load ports or latency, whichever binds) + what is fetched
// from beyond L1 at the bandwidth of the level where it lives + waiting for input from beyond L2, divided over threads
// with the imbalance of the task count.
double conv_direct_estimate_ns(const Problem& p, const Schedule& schedule, const Target& target,
                               const ConvNumbers& numbers) {
  const ConvShape s = flattened(kernels::conv_shape(p));
  const Device& device = target.device;
  const int lanes = numbers.lanes;
  const int rows = schedule.get("rows"), vecs = schedule.get("vecs");
  const TileCut cut(s.oh, s.ow, rows);
  const double k = static_cast<double>(depth(s, lanes)),
               kept = numbers.sparsity ? numbers.sparsity->kept() : 1;
  const double lists =
      numbers.sparsity ? k / sparse_depth(numbers.sparsity->gn, depth(s, lanes)) : 1;  // units for k steps
  const double ic_blocks = static_cast<double>(reached_blocks(s, vecs, lanes));
  const double chunk = std::min<double>(schedule.get("ic_chunk"), ic_blocks);
  const double chunks = std::ceil(ic_blocks / chunk);
  const double output_blocks = std::ceil(static_cast<double>(blocks(s.oc, lanes)) / vecs);
  const double last_vecs = static_cast<double>(blocks(s.oc, lanes)) - (output_blocks - 1) * vecs;

  double taps_d = 0, cycles_per_block = 0, rows_total = 0;
  for (std::int64_t od = 0; od < s.od; ++od) {
    const kernels::Taps t = kernels::valid_taps(od, s.sd, s.pd, s.dd, s.kd, s.id);
    taps_d += static_cast<double>(t.last - t.first);
  }
  const auto tile_cycles = [&](double r, double v) {
    const double fma = r * v / 2, loads = device.isa == Isa::neon ? v + r / lanes : v + r;
    return std::max({fma, loads / 2, 4.0}) + 0.06 * loads + r * v * numbers.cycles_per_k;
  };
  double cycles_last = 0;
  for (const TileCut::Piece& piece : cut.pieces) {
    const TileCut::Kind& kind = cut.kinds[static_cast<std::size_t>(piece.kind)];
    kernels::Taps th{s.kh, 0};
    for (int y = piece.oh; y < piece.oh + kind.h; ++y) {
      const kernels::Taps t = kernels::valid_taps(y, s.sh, s.ph, s.dh, s.kh, s.ih);
      th.first = std::min(th.first, t.first);
      th.last = std::max(th.last, t.last);
    }
    const double r = kind.h * kind.w;
    const double units =
        static_cast<double>(std::max<std::int64_t>(0, th.last - th.first) * s.kw) * taps_d * ic_blocks * kept;
    const double fixed =
        static_cast<double>(s.od) * chunks * (30 + r * vecs * 1.5);  // call, start and store of the tile
    cycles_per_block += units * (k * tile_cycles(r, vecs) + 3 * lists) + fixed;
    cycles_last += units * (k * tile_cycles(r, last_vecs) + 3 * lists) + fixed;
    rows_total += r;
  }
  const double n = static_cast<double>(s.n);
  const double multiply = n * ((output_blocks - 1) * cycles_per_block + cycles_last);

  const double all_tiles = static_cast<double>(s.od) * static_cast<double>(cut.pieces.size());
  const double tiles = std::min<double>(schedule.get("tiles"), all_tiles);
  const double tile_blocks = std::ceil(all_tiles / tiles);
  const double weight_chunk =
      chunk * static_cast<double>(s.kernel_positions()) * k * vecs * lanes * numbers.bytes * kept;
  const double weights = weight_chunk * chunks * output_blocks;
  const double input = ic_blocks * static_cast<double>(s.id * s.ih * s.iw) * k * numbers.bytes;
  // The input under one block of tiles and one chunk: planes × the share of a plane; and what one tile reads of it.
  const double od = static_cast<double>(s.od), id = static_cast<double>(s.id), kd = static_cast<double>(s.kd);
  const bool depth_first = schedule.get("depth_first") != 0;
  const double columns = depth_first ? std::ceil(tiles / od) : std::min(tiles, all_tiles / od);
  const double planes =
      depth_first ? id : std::min(id, std::ceil(tiles * od / all_tiles) * static_cast<double>(s.sd) + kd - 1);
  const double plane = static_cast<double>(s.ih * s.iw) * k * numbers.bytes * chunk;
  const double rows_more =
      1 + static_cast<double>(s.kh - 1) / std::max(1.0, columns * od / all_tiles * static_cast<double>(s.ih));
  const double slab = planes * std::min(plane, plane * columns * od / all_tiles * rows_more);
  const double tile_input = std::min(kd, id) * plane * od / all_tiles * static_cast<double>(s.kh);
  // Weights come from wherever all of them fit; then every tile reads its chunk of weights and its part of the slab, from L2 where
  // both stay there.
  const double in_cache = slab + weight_chunk, l2 = 0.75 * static_cast<double>(device.l2_bytes);
  const double groups = std::ceil(output_blocks / schedule.get("oc_group"));
  double fetch = n * tile_blocks * fetch_cycles(device, weights, weights + input);
  fetch += n * all_tiles * output_blocks * chunks *
           (fetch_cycles(device, weight_chunk, weight_chunk) +
            fetch_cycles(device, tile_input, std::min(in_cache, l2)));
  const double touched = std::min(1.0, static_cast<double>(s.kh) / static_cast<double>(s.sh)) *
                         std::min(1.0, static_cast<double>(s.kw) / static_cast<double>(s.sw));
  const double walk = depth_first ? slab : plane * std::min(kd, id) * tiles * od / all_tiles;
  double waiting = 0;
  if (weights + input > l2)
    waiting = n * tile_blocks * chunks * touched *
              waiting_cycles({slab, walk, in_cache <= l2, groups, output_blocks, rows, depth_first});
  const double output = static_cast<double>(s.oc * s.od * s.oh * s.ow) * numbers.bytes;
  if (p.has_input(3) && input + 2 * output > 0.25 * static_cast<double>(device.l3_bytes))
    waiting += n * output / kLine * kStreamedLine;
  const double tasks = n * tile_blocks * groups;
  // Fetching from L2 overlaps with multiplying, but not perfectly.
  return parallel_ns(std::max(multiply, fetch) + 0.1 * std::min(multiply, fetch) + waiting, tasks, target);
}

}  // namespace rt3d::jit
