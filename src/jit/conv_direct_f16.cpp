#include "jit/conv_direct_f16.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/buffer.h"
#include "jit/conv_plan.h"
#include "jit/conv_schedule.h"
#include "jit/cost.h"
#include "jit/half_input.h"
#include "jit/half_tile.h"
#include "jit/half_weights.h"
#include "jit/isa_family.h"
#include "jit/packing.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;

constexpr int kLanes = 8;           // halves of a vector
constexpr int kBlock = 4;           // channels of a block of floats
constexpr int kMostProducts = 128;  // added in halves: their error grows with the root of it
constexpr double kSumCycles = 3.5;  // of one accumulator: widening, adding, loading and storing

// A run of output channels that shares its tile codes and unit lists.
struct OutputBlock {
  std::int64_t first;  // output channel, a multiple of kLanes
  int vecs;
  bool odd;               // its last four channels do not exist
  std::int64_t ic_first;  // input-channel block
  int ic_count;
  std::size_t weights;  // halves into the packed weights
  const UnitTable* units;
  std::vector<std::shared_ptr<const Code>> code;  // by tile kind
};

int input_block(const ConvShape& s) { return s.ic <= 4 ? 4 : kLanes; }

class ConvDirectF16Kernel final : public Kernel {
 public:
  explicit ConvDirectF16Kernel(const KernelRequest& r)
      : has_residual_(r.problem.has_input(3)),
        in_(r.inputs[0]),
        input_(kernels::conv_shape(r.problem), in_),
        g_(flattened({kernels::conv_shape(r.problem), input_.placement(), r.outputs[0],
                      has_residual_ ? r.inputs[3] : Placement{}},
                     has_residual_)),
        cut_(g_.s.oh, g_.s.ow, r.schedule.get("rows")),
        classes_(g_.s, cut_),
        vecs_(r.schedule.get("vecs")),
        chunk_(r.schedule.get("ic_chunk")),
        tiles_(r.schedule.get("tiles")),
        oc_group_(r.schedule.get("oc_group")),
        depth_first_(r.schedule.get("depth_first") != 0),
        depth_(static_cast<int>(std::min<std::int64_t>(g_.s.ic, input_.block()))) {
    make_blocks(kernels::activation_of(r.problem.attributes));
  }

  void prepare(std::span<const Tensor* const> constants, ThreadPool& pool) override {
    const std::int64_t channels = blocks(g_.s.oc, kLanes) * kLanes;
    weights_ = Buffer::zeroed(weight_halves_ * sizeof(std::uint16_t));
    scale_ = Buffer::zeroed(static_cast<std::size_t>(channels) * sizeof(float));
    bias_ = padded_bias(constants, 2, channels);
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    pool.run(g_.s.oc, [&](std::int64_t oc, int) { pack(source, oc); });
  }

  std::size_t packed_bytes() const override { return weights_.bytes() + scale_.bytes() + bias_.bytes(); }
  std::size_t scratch_bytes() const override { return input_.bytes(); }

  void run(const RunArgs& args) const override {
    const std::int64_t all_tiles = g_.s.od * static_cast<std::int64_t>(cut_.pieces.size());
    const std::int64_t tile_blocks = (all_tiles + tiles_ - 1) / tiles_;
    const auto output_blocks = static_cast<std::int64_t>(blocks_.size());
    const std::int64_t groups = (output_blocks + oc_group_ - 1) / oc_group_;
    for (std::int64_t n = 0; n < g_.s.n; ++n) {
      input_.fill(kernels::input_f32(args, 0) + n * in_.n, args.scratch, args.pool);
      args.pool.run(tile_blocks * groups, [&](std::int64_t task, int) {
        const std::int64_t tile_block = task % tile_blocks, group = task / tile_blocks;
        run_task(args, n, tile_block * tiles_, std::min(all_tiles, (tile_block + 1) * tiles_),
                 group * oc_group_, std::min(output_blocks, (group + 1) * oc_group_));
      });
    }
  }

 private:
  void make_blocks(const kernels::Activation& activation) {
    const ConvShape& s = g_.s;
    for (std::int64_t first = 0; first < s.oc; first += std::int64_t{vecs_} * kLanes) {
      OutputBlock block{};
      block.first = first;
      block.vecs = static_cast<int>(std::min<std::int64_t>(vecs_, blocks(s.oc - first, kLanes)));
      const std::int64_t end = std::min(s.oc, first + std::int64_t{block.vecs} * kLanes);
      block.odd = blocks(end - first, kBlock) % 2 != 0;
      std::tie(block.ic_first, block.ic_count) = input_blocks(s, input_block(s), first, end);
      block.weights = weight_halves_;
      weight_halves_ +=
          static_cast<std::size_t>(block.ic_count * s.kernel_positions() * unit_halves(block.vecs));
      auto& table = tables_[{block.vecs, block.ic_count}];
      if (!table)
        table = std::make_unique<UnitTable>(
            classes_.d, classes_.h, dense_units(g_, block.ic_count, chunk_, unit_halves(block.vecs) * 2));
      block.units = table.get();
      for (const TileCut::Kind& kind : cut_.kinds)
        block.code.push_back(half_tile(tile_shape(kind, block, activation)));
      blocks_.push_back(std::move(block));
    }
  }

  std::int64_t unit_halves(int vecs) const { return std::int64_t{depth_} * vecs * kLanes; }

  HalfTileShape tile_shape(const TileCut::Kind& kind, const OutputBlock& block,
                           const kernels::Activation& activation) const {
    HalfTileShape t;
    t.vecs = block.vecs;
    t.depth = depth_;
    t.c_block = static_cast<std::int32_t>(g_.out.c * 4);
    t.odd_blocks = block.odd;
    t.has_residual = has_residual_;
    t.residual_block = static_cast<std::int32_t>(g_.residual.c * 4);
    t.activation = activation;
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

  // One output channel's weights, of [input block][kernel position][depth][vecs · kLanes].
  void pack(const float* source, std::int64_t oc) {
    const ConvShape& s = g_.s;
    const std::int64_t icg = s.ic / s.g, positions = s.kernel_positions(), group = oc / (s.oc / s.g);
    const OutputBlock& block = blocks_[static_cast<std::size_t>(oc / (std::int64_t{vecs_} * kLanes))];
    const std::int64_t width = std::int64_t{block.vecs} * kLanes;
    const float* w = source + oc * icg * positions;
    const float scale = half_scale(largest_sum(w, icg * positions));
    scale_.as<float>()[oc] = scale;
    std::uint16_t* to = weights_.as<std::uint16_t>() + block.weights + (oc - block.first);
    for (std::int64_t i = 0; i < icg; ++i) {
      const std::int64_t ic = group * icg + i - block.ic_first * input_.block();
      const std::int64_t unit = ic / input_.block() * positions, k = ic % input_.block();
      for (std::int64_t position = 0; position < positions; ++position)
        to[((unit + position) * depth_ + k) * width] = nearest_half(w[i * positions + position] / scale);
    }
  }

  // No less than the largest sum of magnitudes of kMostProducts weights: all of them, or so many of the largest one.
  static float largest_sum(const float* w, std::int64_t count) {
    double sum = 0, largest = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double magnitude = std::fabs(static_cast<double>(w[i]));
      sum += magnitude;
      largest = std::fmax(largest, magnitude);
    }
    return static_cast<float>(std::fmin(sum, largest * kMostProducts));
  }

  void run_task(const RunArgs& args, std::int64_t n, std::int64_t tile_first, std::int64_t tile_last,
                std::int64_t block_first, std::int64_t block_last) const {
    int chunks = 1;
    for (std::int64_t b = block_first; b < block_last; ++b)
      chunks = std::max(chunks, blocks_[static_cast<std::size_t>(b)].units->chunks());
    for (int chunk = 0; chunk < chunks; ++chunk)
      for (std::int64_t b = block_first; b < block_last; ++b) {
        const OutputBlock& block = blocks_[static_cast<std::size_t>(b)];
        if (chunk >= block.units->chunks()) continue;
        for (std::int64_t i = tile_first; i < tile_last; ++i) run_tile(args, n, block, chunk, i);
      }
  }

  void run_tile(const RunArgs& args, std::int64_t n, const OutputBlock& block, int chunk,
                std::int64_t i) const {
    const ConvShape& s = g_.s;
    const auto per_plane = static_cast<std::int64_t>(cut_.pieces.size());
    const std::int64_t od = depth_first_ ? i % s.od : i / per_plane;
    const auto p = static_cast<std::size_t>(depth_first_ ? i / s.od : i % per_plane);
    const TileCut::Piece& piece = cut_.pieces[p];
    const std::int64_t channel_block = block.first / kBlock;
    const std::int64_t words = block.ic_first * g_.in.c + (od * s.sd - s.pd) * g_.in.d +
                               (piece.oh * s.sh - s.ph) * g_.in.h + (piece.ow * s.sw - s.pw) * g_.in.block;
    HalfTileArgs t{};
    t.a = args.scratch + (g_.in.origin() + words) * 4;
    t.w = weights_.data() + block.weights * sizeof(std::uint16_t);
    t.bias = bias_.as<float>() + block.first;
    t.scale = scale_.as<float>() + block.first;
    t.c = kernels::output_f32(args, 0) + n * g_.out.n + channel_block * g_.out.c + od * g_.out.d +
          piece.oh * g_.out.h + piece.ow * g_.out.block;
    if (has_residual_)
      t.residual = kernels::input_f32(args, 3) + n * g_.residual.n + channel_block * g_.residual.c +
                   od * g_.residual.d + piece.oh * g_.residual.h + piece.ow * g_.residual.block;
    const UnitTable::Range range =
        block.units->range(classes_.of_plane[static_cast<std::size_t>(od)], classes_.of_piece[p], chunk);
    const Unit* const units = block.units->unit(range);
    const Code& code = *block.code[static_cast<std::size_t>(piece.kind)];
    const std::int64_t most = kMostProducts / depth_;
    const std::int64_t parts = std::max<std::int64_t>(1, (range.count + most - 1) / most);
    for (std::int64_t part = 0; part < parts; ++part) {
      const std::int64_t first = range.count * part / parts, end = range.count * (part + 1) / parts;
      t.units = units + first;
      t.unit_count = end - first;
      const bool last = chunk + 1 == block.units->chunks() && part + 1 == parts;
      t.flags = (chunk > 0 || part > 0 ? kLoadPartial : 0) | (last ? kFinish : 0);
      code.call(&t);
    }
  }

  bool has_residual_;
  Placement in_;
  HalfInput input_;
  ConvGeometry g_;
  TileCut cut_;
  BorderClasses classes_;
  int vecs_, chunk_, tiles_, oc_group_;
  bool depth_first_;
  int depth_;
  std::size_t weight_halves_ = 0;
  std::map<std::pair<int, int>, std::unique_ptr<UnitTable>> tables_;  // by vecs and input blocks
  std::vector<OutputBlock> blocks_;
  Buffer weights_, scale_, bias_;
};

class ConvDirectF16 final : public IsaFamily {
 public:
  ConvDirectF16() : IsaFamily("conv.direct_f16", 1, Isa::neon) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::half; }
  bool runs_on(const Device& device) const override { return device.features.fp16; }
  bool computes(const Problem& p) const override {
    if (!is_plain_conv(p)) return false;
    const ConvShape s = kernels::conv_shape(p);
    // Distances are 32-bit byte offsets within one batch item.
    constexpr std::int64_t kLimit = std::int64_t{1} << 30;
    const std::int64_t input = (s.ic + 16) * s.id * (s.ih + s.ph + s.ph2 + 2) * (s.iw + s.pw + s.pw2 + 2) * 4;
    const std::int64_t output = (s.oc + 16) * s.od * s.oh * s.ow * 4;
    return input < kLimit && output < kLimit && (s.ic + 16) * s.kernel_positions() * 64 * 4 * 4 < kLimit;
  }

  Ports ports(const Problem& p, const Target&) const override {
    Ports ports;
    ports.inputs.assign(p.inputs.size(), Port{});
    ports.inputs[0] = {kBlock, 0, 0};
    if (p.has_input(3)) ports.inputs[3] = {kBlock, 0, 0};
    ports.outputs = {{kBlock, 0, 0}};
    return ports;
  }

  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return conv_direct_space(p, target, kNumbers);
  }
  // Narrowing reads floats and writes halves, before all else.
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const ConvShape s = kernels::conv_shape(p);
    const double bytes = 6 * static_cast<double>(s.n * s.ic * s.id * s.ih * s.iw);
    return conv_direct_estimate_ns(p, schedule, target, kNumbers) +
           parallel_ns(fetch_cycles(target.device, bytes, bytes), static_cast<double>(s.n * s.id), target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const std::int64_t width = std::int64_t{schedule.get("vecs")} * kLanes;
    std::int64_t halves = blocks(s.oc, kLanes) * kLanes * 4;  // bias and scale
    for (std::int64_t first = 0; first < s.oc; first += width) {
      const std::int64_t end = std::min(s.oc, first + width);
      halves += input_blocks(s, input_block(s), first, end).second * s.kernel_positions() *
                std::min<std::int64_t>(s.ic, input_block(s)) * blocks(end - first, kLanes) * kLanes;
    }
    return halves * static_cast<std::int64_t>(sizeof(std::uint16_t));
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& schedule,
                                             const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    return jit::executed_multiply_accumulates(s, TileCut(s.oh, s.ow, schedule.get("rows")));
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvDirectF16Kernel>(request);
  }

 private:
  static constexpr ConvNumbers kNumbers{
      .lanes = kLanes, .bytes = 2, .cycles_per_k = kSumCycles / kMostProducts};
};

}  // namespace

const kernels::KernelFamily& conv_direct_f16() {
  static const ConvDirectF16 family;
  return family;
}

}  // namespace rt3d::jit
