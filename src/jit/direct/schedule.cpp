#include "jit/direct/schedule.h"

#include <algorithm>
#include <memory>
#include <set>

#include "jit/conv/geometry.h"
#include "jit/conv/tile_cut.h"
#include "jit/family/estimate.h"
#include "jit/tile/tile.h"
#include "kernels/activation.h"

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

std::int64_t kept_multiply_accumulates(const Problem& p, int rows) {
  const ConvShape s = kernels::conv_shape(p);
  return executed_multiply_accumulates(s, TileCut(s.oh, s.ow, rows), false) *
         kernels::sparsity_of(p)->kept_percent / 100;
}

std::int64_t sparse_unit_bytes(const ConvShape& s, const kernels::Sparsity& sparsity, int channels,
                               int depth) {
  constexpr std::int64_t kClasses = 9;  // most layers have three of planes and three of rows
  const std::int64_t units =
      blocks(s.oc, channels) * blocks(s.ic, depth) * s.kernel_positions() * sparsity.kept_percent / 100;
  return units * (std::int64_t{channels} * depth * 4 + kClasses * static_cast<std::int64_t>(sizeof(Unit)));
}

namespace {

// What the knobs of direct convolution are chosen from: by number of vectors, and by order of tiles.
struct DirectKnobs {
  DirectKnobs(const Problem& p, const Target& t, const ConvNumbers& n)
      : s(flattened(kernels::conv_shape(p))),
        target(t),
        numbers(n),
        activation(kernels::activation_of(p.attributes)) {}

  ConvShape s;
  Target target;
  ConvNumbers numbers;
  kernels::Activation activation;

  int rows(int vecs) const { return most_rows(target.device.isa, vecs, activation); }
  std::vector<int> vecs() const;
  std::vector<int> chunks(int vecs) const;
  std::vector<int> tiles(int vecs, bool depth_first) const;
  std::vector<int> groups(int vecs) const;
};

std::vector<int> DirectKnobs::vecs() const {
  std::vector<int> all;
  for (int vecs = 1; vecs <= 6; ++vecs) {
    if (rows(vecs) == 0 || (vecs > 1 && vecs > blocks(s.oc, numbers.lanes))) break;
    // A block of output channels lies within a group.
    if (!numbers.sparsity || numbers.sparsity->gm % (vecs * numbers.lanes) == 0) all.push_back(vecs);
  }
  return all;
}

// Chunks whose weights take several shares of the caches.
std::vector<int> DirectKnobs::chunks(int vecs) const {
  const std::int64_t ic_blocks = reached_blocks(s, vecs, numbers.lanes);
  const std::int64_t dense_bytes =
      s.kernel_positions() * block_depth(s, numbers.lanes) * vecs * numbers.lanes * numbers.bytes;
  const std::int64_t block_bytes =
      numbers.sparsity ? std::max<std::int64_t>(1, dense_bytes * numbers.sparsity->kept_percent / 100)
                       : dense_bytes;
  std::set<int> chunks{static_cast<int>(ic_blocks)};
  for (std::int64_t budget :
       {target.device.l1d_bytes / 2, target.device.l2_bytes / 4, target.device.l2_bytes / 2})
    chunks.insert(even(ic_blocks, budget / block_bytes));
  return listed(chunks);
}

// Blocks of tiles: parts of a plane or whole planes; or columns through the clip.
std::vector<int> DirectKnobs::tiles(int vecs, bool depth_first) const {
  const auto per_plane = static_cast<std::int64_t>(TileCut(s.oh, s.ow, rows(vecs)).pieces.size());
  const std::int64_t tiles = per_plane * s.od;
  std::set<int> counts{static_cast<int>(tiles), even(tiles, tiles / (2 * target.threads))};
  if (depth_first)
    for (std::int64_t columns : {1, 2, 4, 8}) counts.insert(even(tiles, columns * s.od));
  else
    for (std::int64_t count : {per_plane / 4, per_plane / 2, per_plane, 2 * per_plane})
      counts.insert(even(tiles, count));
  // And blocks whose input stays in L2 while all output channels are made of it.
  const std::int64_t tile_bytes = rows(vecs) * s.sh * s.sw * reached_blocks(s, vecs, numbers.lanes) *
                                  block_depth(s, numbers.lanes) * numbers.bytes;
  for (std::int64_t budget : {target.device.l2_bytes / 2, target.device.l2_bytes / 8})
    if (budget / tile_bytes < per_plane / 4) counts.insert(even(tiles, budget / tile_bytes));
  return listed(counts);
}

std::vector<int> DirectKnobs::groups(int vecs) const {
  const std::int64_t output_blocks = (blocks(s.oc, numbers.lanes) + vecs - 1) / vecs;
  std::set<int> groups;
  for (std::int64_t group : {std::int64_t{1}, (output_blocks + 1) / 2, output_blocks})
    groups.insert(static_cast<int>(group));
  return listed(groups);
}

}  // namespace

kernels::Tunables conv_direct_tunables(const Problem& p, const Target& target, const ConvNumbers& numbers) {
  const auto knobs = std::make_shared<const DirectKnobs>(p, target, numbers);
  const bool may_go_through = knobs->s.kd > 1 && knobs->s.od > 1;
  kernels::Tunables tunables({"rows", "vecs", "ic_chunk", "tiles", "oc_group", "depth_first"});
  tunables.decide("vecs", knobs->vecs())
      .decide("rows", [=](const Schedule& d) { return std::vector{knobs->rows(d.get("vecs"))}; })
      .decide("depth_first", may_go_through ? std::vector{0, 1} : std::vector{0})
      .decide("ic_chunk", [=](const Schedule& d) { return knobs->chunks(d.get("vecs")); })
      .decide("tiles",
              [=](const Schedule& d) { return knobs->tiles(d.get("vecs"), d.get("depth_first") != 0); })
      .decide("oc_group", [=](const Schedule& d) { return knobs->groups(d.get("vecs")); });
  return tunables;
}

}  // namespace rt3d::jit
