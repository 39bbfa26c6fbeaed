#include "jit/conv_direct.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "base/buffer.h"
#include "base/error.h"
#include "jit/conv_plan.h"
#include "jit/conv_schedule.h"
#include "jit/isa_family.h"
#include "jit/packing.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;

// A run of output blocks that shares its tile codes and unit lists: output channels [first, first + width)
// reach input blocks [ic_first, ic_first + ic_count).
struct OutputBlock {
  std::int64_t first;  // output channel, a multiple of the lanes
  int vecs;
  std::int64_t ic_first;  // input-channel block
  int ic_count;
  std::size_t weights;  // floats into the packed weights
  const UnitTable* units;
  std::vector<std::shared_ptr<const Code>> code;  // by tile kind
};

// The input-channel blocks that output channels [first, end) reach through their groups: the first, and how many.
std::pair<std::int64_t, int> input_blocks(const ConvShape& s, int block, std::int64_t first,
                                          std::int64_t end) {
  const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g;
  const std::int64_t ic_first = first / ocg * icg / block;
  return {ic_first, static_cast<int>((((end - 1) / ocg + 1) * icg - 1) / block + 1 - ic_first)};
}

class ConvDirectKernel final : public Kernel {
 public:
  explicit ConvDirectKernel(const KernelRequest& r)
      : isa_(r.target.device.isa),
        lanes_(isa_lanes(isa_)),
        has_residual_(r.problem.has_input(3)),
        g_(flattened({kernels::conv_shape(r.problem), r.inputs[0], r.outputs[0],
                      has_residual_ ? r.inputs[3] : Placement{}},
                     has_residual_)),
        cut_(g_.s.oh, g_.s.ow, r.schedule.get("rows")),
        vecs_(r.schedule.get("vecs")),
        chunk_(r.schedule.get("ic_chunk")),
        tiles_(r.schedule.get("tiles")),
        oc_group_(r.schedule.get("oc_group")),
        depth_first_(r.schedule.get("depth_first") != 0),
        depth_(static_cast<int>(std::min<std::int64_t>(g_.s.ic, g_.in.block))),
        far_(g_.s.ic * g_.s.id * g_.s.ih * g_.s.iw * 4 > r.target.device.l2_bytes) {
    const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
    make_blocks(activation);
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    weights_ = Buffer(weight_floats_ * sizeof(float));
    bias_ = padded_bias(constants, 2, blocks(g_.s.oc, lanes_) * lanes_);
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    std::vector<std::pair<const OutputBlock*, int>> jobs;
    for (const OutputBlock& block : blocks_)
      for (int icb = 0; icb < block.ic_count; ++icb) jobs.emplace_back(&block, icb);
    pool.run(static_cast<std::int64_t>(jobs.size()), [&](std::int64_t job, int) {
      pack(source, *jobs[static_cast<std::size_t>(job)].first, jobs[static_cast<std::size_t>(job)].second);
    });
  }

  std::size_t packed_bytes() const override { return weights_.bytes() + bias_.bytes(); }

  void run(const RunArgs& args) const override {
    const std::int64_t all_tiles = g_.s.od * static_cast<std::int64_t>(cut_.pieces.size());
    const std::int64_t tile_blocks = (all_tiles + tiles_ - 1) / tiles_;
    const auto output_blocks = static_cast<std::int64_t>(blocks_.size());
    const std::int64_t groups = (output_blocks + oc_group_ - 1) / oc_group_;
    args.pool.run(g_.s.n * tile_blocks * groups, [&](std::int64_t task, int) {
      const std::int64_t tile_block = task % tile_blocks;
      const std::int64_t n = task / tile_blocks % g_.s.n;
      const std::int64_t group = task / tile_blocks / g_.s.n;
      run_task(args, n, tile_block * tiles_, std::min(all_tiles, (tile_block + 1) * tiles_),
               group * oc_group_, std::min(output_blocks, (group + 1) * oc_group_));
    });
  }

 private:
  void make_blocks(const kernels::Activation& activation) {
    const ConvShape& s = g_.s;
    for (std::int64_t first = 0; first < s.oc; first += static_cast<std::int64_t>(vecs_) * lanes_) {
      OutputBlock block{};
      block.first = first;
      block.vecs = static_cast<int>(std::min<std::int64_t>(vecs_, blocks(s.oc - first, lanes_)));
      const std::int64_t end = std::min(s.oc, first + static_cast<std::int64_t>(block.vecs) * lanes_);
      std::tie(block.ic_first, block.ic_count) = input_blocks(s, g_.in.block, first, end);
      block.weights = weight_floats_;
      weight_floats_ += static_cast<std::size_t>(block.ic_count) *
                        static_cast<std::size_t>(s.kernel_positions() * unit_floats(block.vecs));
      auto& table = tables_[{block.vecs, block.ic_count}];
      if (!table)
        table = std::make_unique<UnitTable>(g_, cut_, block.ic_count, std::min(chunk_, block.ic_count),
                                            unit_floats(block.vecs) * 4);
      block.units = table.get();
      for (const TileCut::Kind& kind : cut_.kinds)
        block.code.push_back(tile(isa_, tile_shape(kind, block.vecs, activation)));
      blocks_.push_back(std::move(block));
    }
  }

  std::int64_t unit_floats(int vecs) const { return static_cast<std::int64_t>(depth_) * vecs * lanes_; }

  TileShape tile_shape(const TileCut::Kind& kind, int vecs, const kernels::Activation& activation) const {
    TileShape t;
    t.vecs = vecs;
    t.depth = depth_;
    t.c_vec = static_cast<std::int32_t>(g_.out.c * 4);
    t.residual_vec = static_cast<std::int32_t>(g_.residual.c * 4);
    t.has_residual = has_residual_;
    t.activation = activation;
    // A layer of single positions reads each pixel once: what the next tile reads comes from afar unless it is asked for early.
    if (g_.s.kernel_positions() == 1 && kind.h == 1 && g_.s.sw == 1 && far_)
      t.input_ahead = static_cast<std::int32_t>(kind.w * g_.in.block * 4);
    for (int y = 0; y < kind.h; ++y)
      for (int x = 0; x < kind.w; ++x) {
        t.a_rows.push_back(
            static_cast<std::int32_t>((y * g_.s.sh * g_.in.h + x * g_.s.sw * g_.in.block) * 4));
        t.c_rows.push_back(static_cast<std::int32_t>((y * g_.out.h + x * g_.out.block) * 4));
        if (has_residual_)
          t.residual_rows.push_back(
              static_cast<std::int32_t>((y * g_.residual.h + x * g_.residual.block) * 4));
      }
    return t;
  }

  // Packs the weights of one output block and one input block: [kernel position][depth][vecs · lanes].
  void pack(const float* source, const OutputBlock& block, int icb) {
    const ConvShape& s = g_.s;
    const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, positions = s.kernel_positions();
    const std::int64_t width = static_cast<std::int64_t>(block.vecs) * lanes_;
    float* to = weights_.as<float>() + block.weights +
                static_cast<std::int64_t>(icb) * positions * unit_floats(block.vecs);
    std::fill_n(to, positions * unit_floats(block.vecs), 0.0f);
    const std::int64_t ic0 = (block.ic_first + icb) * g_.in.block;
    for (std::int64_t lane = 0; lane < width && block.first + lane < s.oc; ++lane) {
      const std::int64_t oc = block.first + lane, group = oc / ocg;
      const std::int64_t from = std::max(ic0, group * icg), until = std::min(ic0 + depth_, (group + 1) * icg);
      for (std::int64_t ic = from; ic < until; ++ic) {
        const float* w = source + (oc * icg + ic - group * icg) * positions;
        float* cell = to + (ic - ic0) * width + lane;
        for (std::int64_t position = 0; position < positions; ++position)
          cell[position * depth_ * width] = w[position];
      }
    }
  }

  void run_task(const RunArgs& args, std::int64_t n, std::int64_t tile_first, std::int64_t tile_last,
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
              block.units->range(block.units->d_class(od), block.units->h_class(p), chunk);
          t.a = in + block.ic_first * g_.in.c + (od * s.sd - s.pd) * g_.in.d +
                (piece.oh * s.sh - s.ph) * g_.in.h + (piece.ow * s.sw - s.pw) * g_.in.block;
          t.units = block.units->unit(range);
          t.unit_count = range.count;
          t.c =
              out + channel_block * g_.out.c + od * g_.out.d + piece.oh * g_.out.h + piece.ow * g_.out.block;
          if (residual)
            t.residual = residual + channel_block * g_.residual.c + od * g_.residual.d +
                         piece.oh * g_.residual.h + piece.ow * g_.residual.block;
          block.code[static_cast<std::size_t>(piece.kind)]->call(&t);
        }
      }
  }

  Isa isa_;
  int lanes_;
  bool has_residual_;
  ConvGeometry g_;
  TileCut cut_;
  int vecs_, chunk_, tiles_, oc_group_;
  bool depth_first_;
  int depth_;
  bool far_;  // the input does not fit L2
  std::size_t weight_floats_ = 0;
  std::map<std::pair<int, int>, std::unique_ptr<UnitTable>> tables_;  // by vecs and input blocks
  std::vector<OutputBlock> blocks_;
  Buffer weights_, bias_;
};

class ConvDirect final : public IsaFamily {
 public:
  explicit ConvDirect(Isa isa) : IsaFamily("conv.direct", 1, isa) {}

  bool computes(const Problem& p) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = kernels::conv_shape(p);
    // Distances are 32-bit byte offsets within one batch item.
    constexpr std::int64_t kLimit = std::int64_t{1} << 30;
    const std::int64_t input = (s.ic + 16) * s.id * (s.ih + 2 * halo_h(s)) * (s.iw + 2 * halo_w(s)) * 4;
    const std::int64_t output = (s.oc + 16) * s.od * s.oh * s.ow * 4;
    return input < kLimit && output < kLimit && (s.ic + 16) * s.kernel_positions() * 64 * 4 * 4 < kLimit;
  }

  Ports ports(const Problem& p, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const Port in{input_block(s), static_cast<int>(halo_h(s)), static_cast<int>(halo_w(s))};
    Ports ports;
    ports.inputs.assign(p.inputs.size(), Port{});
    ports.inputs[0] = in;
    if (p.has_input(3)) ports.inputs[3] = {lanes(), 0, 0};
    ports.outputs = {{lanes(), 0, 0}};
    return ports;
  }

  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return conv_direct_space(p, target, {.lanes = lanes()});
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return conv_direct_estimate_ns(p, schedule, target, {.lanes = lanes()});
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const std::int64_t width = std::int64_t{schedule.get("vecs")} * lanes(),
                       depth = std::min<std::int64_t>(s.ic, input_block(s));
    std::int64_t floats = blocks(s.oc, lanes()) * lanes();  // bias
    for (std::int64_t first = 0; first < s.oc; first += width) {
      const std::int64_t end = std::min(s.oc, first + width);
      floats += input_blocks(s, input_block(s), first, end).second * s.kernel_positions() * depth *
                blocks(end - first, lanes()) * lanes();
    }
    return floats * static_cast<std::int64_t>(sizeof(float));
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvDirectKernel>(request);
  }

 private:
  static std::int64_t halo_h(const ConvShape& s) { return std::max(s.ph, s.ph2); }
  static std::int64_t halo_w(const ConvShape& s) { return std::max(s.pw, s.pw2); }
  // Few input channels: blocks of four, so that a pixel's channels share a quarter of a cache line.
  int input_block(const ConvShape& s) const { return s.ic <= 4 ? 4 : lanes(); }
};

}  // namespace

const kernels::KernelFamily& conv_direct(Isa isa) { return per_isa<ConvDirect>(isa); }

}  // namespace rt3d::jit
