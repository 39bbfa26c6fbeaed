#include "jit/conv_tiles.h"

#include <algorithm>

namespace rt3d::jit {

using kernels::blocks;
using kernels::ConvShape;

namespace {

std::int64_t halo_h(const ConvShape& s) { return std::max(s.ph, s.ph2); }
std::int64_t halo_w(const ConvShape& s) { return std::max(s.pw, s.pw2); }

}  // namespace

bool tiles_reach(const Problem& p) {
  if (!is_plain_conv(p)) return false;
  const ConvShape s = kernels::conv_shape(p);
  constexpr std::int64_t kLimit = std::int64_t{1} << 30;
  const std::int64_t input = (s.ic + 16) * s.id * (s.ih + 2 * halo_h(s)) * (s.iw + 2 * halo_w(s)) * 4;
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

ConvTiles::ConvTiles(const KernelRequest& r, int depth)
    : isa_(r.target.device.isa),
      lanes_(isa_lanes(isa_)),
      has_residual_(r.problem.has_input(3)),
      g_(flattened({kernels::conv_shape(r.problem), r.inputs[0], r.outputs[0],
                    has_residual_ ? r.inputs[3] : Placement{}},
                   has_residual_)),
      cut_(g_.s.oh, g_.s.ow, r.schedule.get("rows")),
      classes_(g_.s, cut_),
      chunk_(r.schedule.get("ic_chunk")),
      depth_(depth),
      tiles_(r.schedule.get("tiles")),
      oc_group_(r.schedule.get("oc_group")),
      depth_first_(r.schedule.get("depth_first") != 0),
      far_(g_.s.ic * g_.s.id * g_.s.ih * g_.s.iw * 4 > r.target.device.l2_bytes) {
  const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
  const int vecs = r.schedule.get("vecs");
  for (std::int64_t first = 0; first < g_.s.oc; first += static_cast<std::int64_t>(vecs) * lanes_) {
    OutputBlock block{};
    block.first = first;
    block.vecs = static_cast<int>(std::min<std::int64_t>(vecs, blocks(g_.s.oc - first, lanes_)));
    for (const TileCut::Kind& kind : cut_.kinds)
      block.code.push_back(tile(isa_, tile_shape(kind, block.vecs, activation)));
    blocks_.push_back(std::move(block));
  }
}

std::int64_t ConvTiles::input_offset(std::int64_t ic, std::int64_t kd, std::int64_t kh,
                                     std::int64_t kw) const {
  const ConvShape& s = g_.s;
  return ic / g_.in.block * g_.in.c + ic % g_.in.block + kd * s.dd * g_.in.d + kh * s.dh * g_.in.h +
         kw * s.dw * g_.in.block;
}

void ConvTiles::run(const RunArgs& args) const {
  const std::int64_t all_tiles = g_.s.od * static_cast<std::int64_t>(cut_.pieces.size());
  const std::int64_t tile_blocks = (all_tiles + tiles_ - 1) / tiles_;
  const auto output_blocks = static_cast<std::int64_t>(blocks_.size());
  const std::int64_t groups = (output_blocks + oc_group_ - 1) / oc_group_;
  args.pool.run(g_.s.n * tile_blocks * groups, [&](std::int64_t task, int) {
    const std::int64_t tile_block = task % tile_blocks;
    const std::int64_t n = task / tile_blocks % g_.s.n;
    const std::int64_t group = task / tile_blocks / g_.s.n;
    run_task(args, n, tile_block * tiles_, std::min(all_tiles, (tile_block + 1) * tiles_), group * oc_group_,
             std::min(output_blocks, (group + 1) * oc_group_));
  });
}

TileShape ConvTiles::tile_shape(const TileCut::Kind& kind, int vecs,
                                const kernels::Activation& activation) const {
  TileShape t;
  t.vecs = vecs;
  t.depth = depth_;
  t.exact_reads = depth_ < 4 && depth_ < g_.s.ic;  // units may end anywhere in a pixel's channels
  t.c_vec = static_cast<std::int32_t>(g_.out.c * 4);
  t.residual_vec = static_cast<std::int32_t>(g_.residual.c * 4);
  t.has_residual = has_residual_;
  t.activation = activation;
  // A layer of single positions reads each pixel once: what the next tile reads comes from afar unless it is asked for early.
  if (g_.s.kernel_positions() == 1 && kind.h == 1 && g_.s.sw == 1 && far_)
    t.input_ahead = static_cast<std::int32_t>(kind.w * g_.in.block * 4);
  for (int y = 0; y < kind.h; ++y)
    for (int x = 0; x < kind.w; ++x) {
      t.a_rows.push_back(static_cast<std::int32_t>((y * g_.s.sh * g_.in.h + x * g_.s.sw * g_.in.block) * 4));
      t.c_rows.push_back(static_cast<std::int32_t>((y * g_.out.h + x * g_.out.block) * 4));
      if (has_residual_)
        t.residual_rows.push_back(static_cast<std::int32_t>((y * g_.residual.h + x * g_.residual.block) * 4));
    }
  return t;
}

void ConvTiles::run_task(const RunArgs& args, std::int64_t n, std::int64_t tile_first, std::int64_t tile_last,
                         std::int64_t block_first, std::int64_t block_last) const {
  const ConvShape& s = g_.s;
  const float* in = kernels::input_f32(args, 0) + n * g_.in.n;
  const float* residual = has_residual_ ? kernels::input_f32(args, 3) + n * g_.residual.n : nullptr;
  float* out = kernels::output_f32(args, 0) + n * g_.out.n;
  const auto per_plane = static_cast<std::int64_t>(cut_.pieces.size());
  int chunks = 1;
  for (std::int64_t b = block_first; b < block_last; ++b)
    chunks = std::max(chunks, blocks_[static_cast<std::size_t>(b)].units->chunks());
  for (int chunk = 0; chunk < chunks; ++chunk)
    for (std::int64_t b = block_first; b < block_last; ++b) {
      const OutputBlock& block = blocks_[static_cast<std::size_t>(b)];
      if (chunk >= block.units->chunks()) continue;
      const std::int64_t channel_block = block.first / lanes_;
      TileArgs t{};
      t.w = weights_.as<float>() + block.weights;
      t.bias = bias_.as<float>() + block.first;
      t.flags = (chunk > 0 ? kLoadPartial : 0) | (chunk + 1 == block.units->chunks() ? kFinish : 0);
      for (std::int64_t i = tile_first; i < tile_last; ++i) {
        const std::int64_t od = depth_first_ ? i % s.od : i / per_plane;
        const auto p = static_cast<std::size_t>(depth_first_ ? i / s.od : i % per_plane);
        const TileCut::Piece& piece = cut_.pieces[p];
        const UnitTable::Range range =
            block.units->range(classes_.of_plane[static_cast<std::size_t>(od)], classes_.of_piece[p], chunk);
        t.a = in + block.ic_first * g_.in.c + (od * s.sd - s.pd) * g_.in.d +
              (piece.oh * s.sh - s.ph) * g_.in.h + (piece.ow * s.sw - s.pw) * g_.in.block;
        t.units = block.units->unit(range);
        t.unit_count = range.count;
        t.c = out + channel_block * g_.out.c + od * g_.out.d + piece.oh * g_.out.h + piece.ow * g_.out.block;
        if (residual)
          t.residual = residual + channel_block * g_.residual.c + od * g_.residual.d +
                       piece.oh * g_.residual.h + piece.ow * g_.residual.block;
        block.code[static_cast<std::size_t>(piece.kind)]->call(&t);
      }
    }
}

}  // namespace rt3d::jit
