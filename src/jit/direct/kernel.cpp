#include "jit/direct/kernel.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;

namespace {

std::int64_t halo_h(const ConvShape& s) { return std::max(s.ph, s.ph2); }
std::int64_t halo_w(const ConvShape& s) { return std::max(s.pw, s.pw2); }

// Whether what a window spans and what its places span fit an int: shapes of a text need not be of one convolution.
bool spans_fit(std::int64_t k, std::int64_t dilation, std::int64_t out, std::int64_t stride) {
  constexpr std::int64_t kMost = std::int64_t{1} << 28;
  return std::max({k, dilation, out, stride}) < kMost && (k - 1) * dilation < kMost &&
         (out - 1) * stride < kMost;
}

}  // namespace

bool tiles_reach(const Problem& p) {
  if (!is_plain_conv(p)) return false;
  const ConvShape s = kernels::conv_shape(p);
  if (!spans_fit(s.kd, s.dd, s.od, s.sd) || !spans_fit(s.kh, s.dh, s.oh, s.sh) ||
      !spans_fit(s.kw, s.dw, s.ow, s.sw))
    return false;
  constexpr std::int64_t kLimit = std::int64_t{1} << 30;
  // Two more rows and columns: the gaps between planes, which are large beside planes of a few pixels.
  const std::int64_t plane = (s.ih + 2 * halo_h(s) + 2) * (s.iw + 2 * halo_w(s) + 2);
  const std::int64_t input = (s.ic + 16) * s.id * plane * 4;
  const std::int64_t output = (s.oc + 16) * s.od * s.oh * s.ow * 4;
  return input < kLimit && output < kLimit && (s.ic + 16) * s.kernel_positions() * 64 * 4 * 4 < kLimit;
}

Ports conv_tiles_ports(const Problem& p, int lanes) {
  const ConvShape s = kernels::conv_shape(p);
  Ports ports;
  ports.inputs.assign(p.inputs.size(), Port{});
  ports.inputs[0] = {input_block(s, lanes), static_cast<int>(halo_h(s)), static_cast<int>(halo_w(s))};
  if (p.has_input(3)) ports.inputs[3] = {lanes, 0, 0};
  ports.outputs = {{lanes, 0, 0}};
  return ports;
}

std::int64_t dense_weights(const ConvShape& s, int lanes, int vecs) {
  const std::int64_t width = std::int64_t{vecs} * lanes;
  const int block = input_block(s, lanes);
  std::int64_t weights = 0;
  for (std::int64_t first = 0; first < s.oc; first += width) {
    const std::int64_t end = std::min(s.oc, first + width);
    weights += input_blocks(s, block, first, end).second * s.kernel_positions() *
               std::min<std::int64_t>(s.ic, block) * blocks(end - first, lanes) * lanes;
  }
  return weights;
}

ConvTiles::ConvTiles(const KernelRequest& r, const Placement& input, int lanes, int depth)
    : lanes_(lanes),
      has_residual_(r.problem.has_input(3)),
      g_(flattened(
          {kernels::conv_shape(r.problem), input, r.outputs[0], has_residual_ ? r.inputs[3] : Placement{}},
          has_residual_)),
      cut_(g_.s.oh, g_.s.ow, r.schedule.get("rows")),
      classes_(g_.s, cut_),
      chunk_(r.schedule.get("ic_chunk")),
      depth_(depth),
      tiles_(r.schedule.get("tiles")),
      oc_group_(r.schedule.get("oc_group")),
      depth_first_(r.schedule.get("depth_first") != 0) {
  const int vecs = r.schedule.get("vecs");
  for (std::int64_t first = 0; first < g_.s.oc; first += std::int64_t{vecs} * lanes_) {
    OutputBlock block{};
    block.first = first;
    block.vecs = static_cast<int>(std::min<std::int64_t>(vecs, blocks(g_.s.oc - first, lanes_)));
    blocks_.push_back(std::move(block));
  }
}

std::size_t ConvTiles::add_dense_units(int weight_bytes, int parts) {
  std::map<std::pair<int, int>, const UnitTable*> known;  // by vecs and input blocks
  std::size_t weights = 0;
  for (OutputBlock& block : blocks_) {
    const std::int64_t end = std::min(g_.s.oc, block.first + std::int64_t{block.vecs} * lanes_);
    std::tie(block.ic_first, block.ic_count) =
        input_blocks(g_.s, input_block(g_.s, lanes_), block.first, end);
    const UnitTable*& table = known[{block.vecs, block.ic_count}];
    if (!table)
      table = &tables_.emplace_back(
          classes_.d, classes_.h,
          dense_units(g_, {block.ic_count, parts, depth_}, chunk_, unit_weights(block.vecs) * weight_bytes));
    block.units = table;
    block.weights = weights;
    weights +=
        static_cast<std::size_t>(block.ic_count * g_.s.kernel_positions() * parts * unit_weights(block.vecs));
  }
  return weights;
}

std::int64_t ConvTiles::input_offset(std::int64_t ic, std::int64_t kd, std::int64_t kh,
                                     std::int64_t kw) const {
  const ConvShape& s = g_.s;
  return ic / g_.in.block * g_.in.c + ic % g_.in.block + kd * s.dd * g_.in.d + kh * s.dh * g_.in.h +
         kw * s.dw * g_.in.block;
}

std::vector<std::int32_t> ConvTiles::input_pixels(const TileCut::Kind& kind) const {
  return pixel_bytes(kind, g_.s.sh * g_.in.h, g_.s.sw * g_.in.block);
}

std::vector<std::int32_t> ConvTiles::pixels(const TileCut::Kind& kind, const Placement& output) {
  return pixel_bytes(kind, output.h, output.block);
}

std::int64_t ConvTiles::next_tile(const TileCut::Kind& kind) const {
  const ConvShape& s = g_.s;
  if (depth_first_ && s.od > 1) return s.sd * g_.in.d;
  return kind.w == s.ow ? kind.h * s.sh * g_.in.h : kind.w * s.sw * g_.in.block;
}

void ConvTiles::run_items(const RunArgs& args, std::int64_t first, std::int64_t end, const float* in) const {
  const std::int64_t all_tiles = g_.s.od * static_cast<std::int64_t>(cut_.pieces.size());
  const std::int64_t tile_blocks = (all_tiles + tiles_ - 1) / tiles_;
  const auto output_blocks = static_cast<std::int64_t>(blocks_.size());
  const std::int64_t groups = (output_blocks + oc_group_ - 1) / oc_group_, items = end - first;
  args.pool.run(items * tile_blocks * groups, [&](std::int64_t task, int) {
    const std::int64_t tile_block = task % tile_blocks;
    const std::int64_t item = task / tile_blocks % items, n = first + item;
    const std::int64_t group = task / tile_blocks / items;
    run_task({in + item * g_.in.n, has_residual_ ? kernels::input_f32(args, 3) + n * g_.residual.n : nullptr,
              kernels::output_f32(args, 0) + n * g_.out.n},
             tile_block * tiles_, std::min(all_tiles, (tile_block + 1) * tiles_), group * oc_group_,
             std::min(output_blocks, (group + 1) * oc_group_));
  });
}

void ConvTiles::run_task(const Item& item, std::int64_t tile_first, std::int64_t tile_last,
                         std::int64_t block_first, std::int64_t block_last) const {
  int chunks = 1;
  for (std::int64_t b = block_first; b < block_last; ++b)
    chunks = std::max(chunks, blocks_[static_cast<std::size_t>(b)].units->chunks());
  for (int chunk = 0; chunk < chunks; ++chunk)
    for (std::int64_t b = block_first; b < block_last; ++b) {
      const OutputBlock& block = blocks_[static_cast<std::size_t>(b)];
      if (chunk >= block.units->chunks()) continue;
      const bool turn = b + 1 == block_last;
      const OutputBlock& next = blocks_[static_cast<std::size_t>(turn ? block_first : b + 1)];
      const int next_chunk = turn ? chunk + 1 : chunk;
      run_tiles(item, {block, chunk, tile_first, tile_last,
                       next_chunk < next.units->chunks() ? &next : nullptr, next_chunk});
    }
}

std::pair<std::int64_t, std::size_t> ConvTiles::plane_and_piece(std::int64_t tile) const {
  const auto per_plane = static_cast<std::int64_t>(cut_.pieces.size());
  if (depth_first_) return {tile % g_.s.od, static_cast<std::size_t>(tile / g_.s.od)};
  return {tile / per_plane, static_cast<std::size_t>(tile % per_plane)};
}

double ConvTiles::fewest_turns() const {
  const std::int64_t all_tiles = g_.s.od * static_cast<std::int64_t>(cut_.pieces.size());
  double fewest = static_cast<double>(all_tiles);
  for (std::int64_t first = 0; first < all_tiles; first += tiles_) {
    double turns = 0;
    for (std::int64_t tile = first; tile < std::min(all_tiles, first + tiles_); ++tile) {
      const auto [plane, piece] = plane_and_piece(tile);
      turns += classes_.share_met(plane, piece);
    }
    fewest = std::min(fewest, turns);
  }
  return fewest;
}

ConvTiles::TilePlace ConvTiles::place(const TileWork& work, std::int64_t tile) const {
  const ConvShape& s = g_.s;
  const auto [od, p] = plane_and_piece(tile);
  const TileCut::Piece& piece = cut_.pieces[p];
  const auto in_output = [&, plane = od](const Placement& at) {
    return work.block.first / at.block * at.c + plane * at.d + piece.oh * at.h + piece.ow * at.block;
  };
  return {work.block.ic_first * g_.in.c + (od * s.sd - s.pd) * g_.in.d + (piece.oh * s.sh - s.ph) * g_.in.h +
              (piece.ow * s.sw - s.pw) * g_.in.block,
          has_residual_ ? in_output(g_.residual) : 0, in_output(g_.out), p,
          work.block.units->range(classes_.of_plane[static_cast<std::size_t>(od)], classes_.of_piece[p],
                                  work.chunk)};
}

}  // namespace rt3d::jit
