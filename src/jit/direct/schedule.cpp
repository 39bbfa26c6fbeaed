#include "jit/direct/schedule.h"

#include <algorithm>
#include <set>

#include "jit/conv/geometry.h"
#include "jit/conv/tile_cut.h"
#include "jit/direct/estimate.h"
#include "jit/family/estimate.h"

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

std::int64_t block_depth(const ConvShape& s, int lanes) {
  return std::min<std::int64_t>(s.ic, s.ic <= 4 ? 4 : lanes);
}

std::int64_t reached_blocks(const ConvShape& s, int vecs, int lanes) {
  const std::int64_t ocg = s.oc / s.g, icg = s.ic / s.g;
  const std::int64_t groups = std::min(s.g, (static_cast<std::int64_t>(vecs) * lanes + ocg - 1) / ocg);
  return blocks(groups * icg, s.ic <= 4 ? 4 : lanes);
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
    const int rows = most_rows(target.device.isa, vecs, kernels::activation_of(p.attributes));
    if (rows == 0 || (vecs > 1 && vecs > blocks(s.oc, lanes))) break;
    // A block of output channels lies within a group.
    if (numbers.sparsity && numbers.sparsity->gm % (vecs * lanes) != 0) continue;
    const TileCut cut(s.oh, s.ow, rows);
    const auto per_plane = static_cast<std::int64_t>(cut.pieces.size());
    const std::int64_t tiles = per_plane * s.od;
    const std::int64_t ic_blocks = reached_blocks(s, vecs, lanes);
    const std::int64_t dense_bytes =
        s.kernel_positions() * block_depth(s, lanes) * vecs * lanes * numbers.bytes;
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
      const std::int64_t tile_bytes = rows * s.sh * s.sw * ic_blocks * block_depth(s, lanes) * numbers.bytes;
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

}  // namespace rt3d::jit
