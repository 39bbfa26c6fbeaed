#include "jit/direct/family.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "jit/direct/estimate.h"
#include "jit/direct/kernel_f32.h"
#include "jit/direct/schedule.h"
#include "jit/tile/packing.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;

// How units are cut.
struct UnitCut {
  bool leaves_out_columns;
  int depth;  // channels
};

// Border tiles leave out kernel columns outside the image where these are 2 % of the work, which code of their own costs: rows of 56
// pixels have fewer. Their units have fewer channels, for code for every kernel column is to stay decoded.
UnitCut unit_cut(const ConvShape& s, int block) {
  constexpr int kFew = 8;
  const int channels = static_cast<int>(std::min<std::int64_t>(s.ic, block));
  const int few = channels % kFew == 0 ? kFew : channels;
  std::int64_t inside = 0;
  for (std::int64_t ow = 0; ow < s.ow; ++ow) {
    const kernels::Taps taps = kernels::valid_taps(ow, s.sw, s.pw, s.dw, s.kw, s.iw);
    inside += taps.last - taps.first;
  }
  const bool leaves_out =
      static_cast<double>(inside) < 0.98 * static_cast<double>(s.ow * s.kw) && tile_columns_fit(s.kw, few);
  return {leaves_out, leaves_out ? few : channels};
}

class ConvDirectKernel final : public kernels::PackingKernel<PackedWeights, ConvTilesF32> {
 public:
  explicit ConvDirectKernel(const KernelRequest& r)
      : ConvDirectKernel(r, unit_cut(kernels::conv_shape(r.problem), r.inputs[0].block)) {}
  ConvDirectKernel(const KernelRequest& r, const UnitCut& cut)
      : PackingKernel(r, cut.depth, cut.leaves_out_columns),
        parts_(static_cast<int>(std::min<std::int64_t>(g_.s.ic, g_.in.block)) / depth_),
        weight_floats_(add_dense_units(sizeof(float), parts_)) {}

  std::string packing_key() const override {
    const ConvShape& s = g_.s;
    std::string key = cat("conv.direct ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " g", s.g,
                          " lanes", lanes_, " in", g_.in.block, " depth", depth_, 'x', parts_);
    for (const OutputBlock& b : blocks_)
      key += cat(' ', b.first, ',', b.vecs, ',', b.ic_first, ',', b.ic_count, '@', b.weights);
    return key;
  }

 private:
  PackedWeights pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    PackedWeights packed{Buffer(weight_floats_ * sizeof(float)),
                         padded_bias(constants, 2, blocks(g_.s.oc, lanes_) * lanes_)};
    const Tensor w = constants[1]->aligned_copy();
    const float* source = w.values<float>().data();
    std::vector<std::pair<const OutputBlock*, int>> jobs;
    for (const OutputBlock& block : blocks_)
      for (int icb = 0; icb < block.ic_count; ++icb) jobs.emplace_back(&block, icb);
    pool.run(static_cast<std::int64_t>(jobs.size()), [&](std::int64_t job, int) {
      const auto& [block, icb] = jobs[static_cast<std::size_t>(job)];
      pack_block(source, *block, icb, packed.weights.as<float>());
    });
    return packed;
  }
  void ready() override {
    weights_ = constants().weights.data();
    bias_ = constants().bias.as<float>();
  }

  // The weights of one output block and one input block: [kernel plane, row][part][column][depth][vecs · lanes].
  void pack_block(const float* source, const OutputBlock& block, int icb, float* packed) const {
    const ConvShape& s = g_.s;
    const std::int64_t icg = s.ic / s.g, ocg = s.oc / s.g, positions = s.kernel_positions();
    const std::int64_t units = positions * parts_, channels = std::int64_t{parts_} * depth_;
    const std::int64_t width = static_cast<std::int64_t>(block.vecs) * lanes_;
    float* to = packed + block.weights + static_cast<std::int64_t>(icb) * units * unit_weights(block.vecs);
    std::fill_n(to, units * unit_weights(block.vecs), 0.0f);
    const std::int64_t ic0 = (block.ic_first + icb) * g_.in.block;
    for (std::int64_t lane = 0; lane < width && block.first + lane < s.oc; ++lane) {
      const std::int64_t oc = block.first + lane, group = oc / ocg;
      const std::int64_t from = std::max(ic0, group * icg),
                         until = std::min(ic0 + channels, (group + 1) * icg);
      for (std::int64_t ic = from; ic < until; ++ic) {
        const float* w = source + (oc * icg + ic - group * icg) * positions;
        const std::int64_t part = (ic - ic0) / depth_, k = (ic - ic0) % depth_;
        float* cell = to + (part * s.kw * depth_ + k) * width + lane;
        for (std::int64_t position = 0; position < positions; ++position) {
          const std::int64_t unit = position / s.kw * parts_ * s.kw + position % s.kw;
          cell[unit * depth_ * width] = w[position];
        }
      }
    }
  }

  int parts_;  // of a block of input channels, a unit each
  std::size_t weight_floats_;
};

class ConvDirect final : public IsaFamily {
 public:
  explicit ConvDirect(Isa isa) : IsaFamily("conv.direct", 2, isa) {}

  bool computes(const Problem& p) const override { return tiles_reach(p); }
  Ports ports(const Problem& p, const Target&) const override { return conv_tiles_ports(p, lanes()); }
  kernels::Traits traits() const override { return {.groups_share = true}; }
  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return conv_direct_tunables(p, target, {.lanes = lanes()});
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return conv_direct_estimate_ns(p, schedule, target, {.lanes = lanes()});
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const std::int64_t bias = blocks(s.oc, lanes()) * lanes();
    return (bias + dense_weights(s, lanes(), schedule.get("vecs"))) *
           static_cast<std::int64_t>(sizeof(float));
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& schedule,
                                             const Target&) const override {
    // The code flattens what it can, which changes nothing here: merged dimensions have no padding.
    const ConvShape s = kernels::conv_shape(p);
    return jit::executed_multiply_accumulates(s, TileCut(s.oh, s.ow, schedule.get("rows")),
                                              unit_cut(s, input_block(s, lanes())).leaves_out_columns);
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvDirectKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& conv_direct(Isa isa) { return per_isa<ConvDirect>(isa); }

}  // namespace rt3d::jit
