#include "jit/direct_f16/family.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "jit/direct/estimate.h"
#include "jit/direct/kernel.h"
#include "jit/direct/schedule.h"
#include "jit/direct_f16/input.h"
#include "jit/direct_f16/tile.h"
#include "jit/family/estimate.h"
#include "jit/tile/half_weights.h"
#include "jit/tile/packing.h"
#include "jit/tile/sum_parts.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;

constexpr int kLanes = 8;           // halves of a vector
constexpr int kBlock = 4;           // channels of a block of floats
constexpr int kMostHalves = 128;    // added in halves: their error grows with the root of it
constexpr double kSumCycles = 3.5;  // of one accumulator: widening, adding, loading and storing

class ConvDirectF16Kernel final : public kernels::PackingKernel<PackedHalves, ConvTiles> {
 public:
  explicit ConvDirectF16Kernel(const KernelRequest& r)
      : ConvDirectF16Kernel(r, HalfInput(kernels::conv_shape(r.problem), r.inputs[0])) {}

  std::string packing_key() const override {
    const ConvShape& s = g_.s;
    return cat("conv.direct_f16 ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " g", s.g, " in",
               input_.block(), " vecs", vecs_, " depth", depth_);
  }
  std::size_t scratch_bytes() const override { return input_.bytes(); }

  void run(const RunArgs& args) const override {
    const float* in = reinterpret_cast<const float*>(args.scratch.host()) + g_.in.origin();
    for (std::int64_t n = 0; n < g_.s.n; ++n) {
      input_.fill(kernels::input_f32(args, 0) + n * from_.n, args.scratch.host(), args.pool);
      run_items(args, n, n + 1, in);
    }
  }

 private:
  ConvDirectF16Kernel(const KernelRequest& r, HalfInput input)
      : PackingKernel(
            r, input.placement(), kLanes,
            static_cast<int>(std::min<std::int64_t>(kernels::conv_shape(r.problem).ic, input.block()))),
        from_(r.inputs[0]),
        input_(std::move(input)),
        vecs_(r.schedule.get("vecs")),
        weight_halves_(add_dense_units(sizeof(std::uint16_t), 1)) {
    const kernels::Activation activation = kernels::activation_of(r.problem.attributes);
    for (OutputBlock& block : blocks_)
      for (const TileCut::Kind& kind : cut_.kinds)
        block.code.push_back(half_tile(tile_shape(kind, block, activation)));
  }

  HalfTileShape tile_shape(const TileCut::Kind& kind, const OutputBlock& block,
                           const kernels::Activation& activation) const {
    HalfTileShape t;
    t.vecs = block.vecs;
    t.depth = depth_;
    t.c_block = static_cast<std::int32_t>(g_.out.c * 4);
    const std::int64_t end = std::min(g_.s.oc, block.first + std::int64_t{block.vecs} * kLanes);
    t.odd_blocks = blocks(end - block.first, kBlock) % 2 != 0;
    t.has_residual = has_residual_;
    t.residual_block = static_cast<std::int32_t>(g_.residual.c * 4);
    t.activation = activation;
    t.a_rows = input_pixels(kind);
    t.c_rows = pixels(kind, g_.out);
    if (has_residual_) t.residual_rows = pixels(kind, g_.residual);
    return t;
  }

  PackedHalves pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    const std::int64_t channels = blocks(g_.s.oc, kLanes) * kLanes;
    PackedHalves packed{Buffer::zeroed(weight_halves_ * sizeof(std::uint16_t)),
                        Buffer::zeroed(static_cast<std::size_t>(channels) * sizeof(float)),
                        padded_bias(constants, 2, channels)};
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    pool.run(g_.s.oc, [&](std::int64_t oc, int) { pack_channel(source, oc, packed); });
    return packed;
  }
  void ready() override {
    weights_ = constants().weights.data();
    bias_ = constants().bias.as<float>();
  }

  // One output channel's weights, of [input block][kernel position][depth][vecs · kLanes].
  void pack_channel(const float* source, std::int64_t oc, PackedHalves& packed) const {
    const ConvShape& s = g_.s;
    const std::int64_t icg = s.ic / s.g, positions = s.kernel_positions(), group = oc / (s.oc / s.g);
    const OutputBlock& block = blocks_[static_cast<std::size_t>(oc / (std::int64_t{vecs_} * kLanes))];
    const std::int64_t width = std::int64_t{block.vecs} * kLanes;
    const float* w = source + oc * icg * positions;
    const float scale = half_scale(largest_sum(w, icg * positions));
    packed.scale.as<float>()[oc] = scale;
    std::uint16_t* to = packed.weights.as<std::uint16_t>() + block.weights + (oc - block.first);
    for (std::int64_t i = 0; i < icg; ++i) {
      const std::int64_t ic = group * icg + i - block.ic_first * input_.block();
      const std::int64_t unit = ic / input_.block() * positions, k = ic % input_.block();
      for (std::int64_t position = 0; position < positions; ++position)
        to[((unit + position) * depth_ + k) * width] = nearest_half(w[i * positions + position] / scale);
    }
  }

  // No less than the largest sum of magnitudes of kMostHalves weights: all of them, or so many of the largest one.
  static float largest_sum(const float* w, std::int64_t count) {
    double sum = 0, largest = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double magnitude = std::fabs(static_cast<double>(w[i]));
      sum += magnitude;
      largest = std::fmax(largest, magnitude);
    }
    return static_cast<float>(std::fmin(sum, largest * kMostHalves));
  }

  // A tile's units in parts of at most kMostHalves products.
  void run_tiles(const Item& item, const TileWork& work) const override {
    const OutputBlock& block = work.block;
    const std::int64_t most = kMostHalves / depth_;
    HalfTileArgs t{};
    t.w = weights_ + block.weights * sizeof(std::uint16_t);
    t.bias = bias_ + block.first;
    t.scale = constants().scale.as<float>() + block.first;
    t.flags = (work.chunk > 0 ? kLoadPartial : 0) | (work.last_chunk() ? kFinish : 0);
    for (std::int64_t i = work.first; i < work.last; ++i) {
      const TilePlace at = place(work, i);
      t.a = reinterpret_cast<const std::byte*>(item.in + at.in);
      t.c = item.out + at.out;
      if (item.residual) t.residual = item.residual + at.residual;
      t.units = block.units->unit(at.units);
      t.unit_count = at.units.count;
      call_in_parts(*block.code[static_cast<std::size_t>(cut_.pieces[at.piece].kind)], t, most);
    }
  }

  Placement from_;
  HalfInput input_;
  int vecs_;
  std::size_t weight_halves_;
};

class ConvDirectF16 final : public IsaFamily {
 public:
  ConvDirectF16() : IsaFamily("conv.direct_f16", 1, Isa::neon) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::half; }
  kernels::Traits traits() const override {
    return {.half_inputs = true, .half_weights = true, .groups_share = true};
  }
  bool runs_on(const Device& device) const override { return device.features.fp16; }
  bool computes(const Problem& p) const override { return tiles_reach(p); }
  Ports ports(const Problem& p, const Target&) const override { return blocked_conv_ports(p, kBlock); }

  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return conv_direct_tunables(p, target, kNumbers);
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
    const std::int64_t weights = dense_weights(s, kLanes, schedule.get("vecs"));
    return weights * static_cast<std::int64_t>(sizeof(std::uint16_t)) +
           2 * blocks(s.oc, kLanes) * kLanes * static_cast<std::int64_t>(sizeof(float));  // bias and scale
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& schedule,
                                             const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    return jit::executed_multiply_accumulates(s, TileCut(s.oh, s.ow, schedule.get("rows")), false);
  }
  kernels::Work least_work(const Problem& p, const Schedule& schedule, const Target& target) const override {
    kernels::Work work = IsaFamily::least_work(p, schedule, target);
    work.multiply_adds /= 2;  // in halves
    return work;
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvDirectF16Kernel>(request);
  }

 private:
  static constexpr ConvNumbers kNumbers{
      .lanes = kLanes, .bytes = 2, .cycles_per_k = kSumCycles / kMostHalves};
};

}  // namespace

const kernels::KernelFamily& conv_direct_f16() {
  static const ConvDirectF16 family;
  return family;
}

}  // namespace rt3d::jit
