#include "jit/direct/sparse.h"

#include <algorithm>

#include "base/error.h"
#include "jit/direct/estimate.h"
#include "jit/direct/kernel_f32.h"
#include "jit/direct/schedule.h"
#include "jit/tile/packing.h"
#include "kernels/packing_kernel.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {
namespace {

using kernels::blocks;
using kernels::ConvShape;
using kernels::Pattern;
using kernels::Sparsity;

class ConvSparseKernel final : public kernels::PackingKernel<PackedUnits, ConvTilesF32> {
 public:
  explicit ConvSparseKernel(const KernelRequest& r)
      : PackingKernel(r, sparse_depth(kernels::sparsity_of(r.problem)->gn, r.inputs[0].block), false),
        vecs_(r.schedule.get("vecs")) {}

  std::string packing_key() const override {
    const ConvShape& s = g_.s;
    return cat("conv.sparse ", s.oc, 'x', s.ic, 'x', s.kd, 'x', s.kh, 'x', s.kw, " lanes", lanes_, " in",
               g_.in.block, " vecs", vecs_, " depth", depth_);
  }
  std::size_t packed_bytes() const override {
    std::size_t bytes = PackingKernel::packed_bytes();
    for (const UnitTable& table : tables_) bytes += table.bytes();
    return bytes;
  }

 private:
  PackedUnits pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    const Tensor w = constants[1]->aligned_copy();
    PackedUnits packed{kernels::pattern_of(w, vecs_ * lanes_, depth_, &pool),
                       {},
                       padded_bias(constants, 2, blocks(g_.s.oc, lanes_) * lanes_)};
    std::vector<std::int64_t> first{0};  // floats, of every output block
    for (const OutputBlock& block : blocks_) {
      std::int64_t units = 0;
      each_unit(packed.pattern, block, [&](std::int64_t, std::int64_t) { ++units; });
      first.push_back(first.back() + units * unit_weights(block.vecs));
    }
    packed.weights = Buffer::zeroed(static_cast<std::size_t>(first.back()) * sizeof(float));
    const float* source = w.values<float>().data();
    pool.run(static_cast<std::int64_t>(blocks_.size()), [&](std::int64_t b, int) {
      const auto at = static_cast<std::size_t>(b);
      pack_block(source, packed.pattern, blocks_[at], packed.weights.as<float>() + first[at]);
    });
    return packed;
  }

  // Lists of units, whose distances are this kernel's own.
  void ready() override {
    std::size_t floats = 0;
    for (OutputBlock& block : blocks_) {
      std::int64_t bytes = 0;
      block.units = &tables_.emplace_back(classes_.d, classes_.h, units(constants().pattern, block, bytes));
      block.weights = floats;
      floats += static_cast<std::size_t>(bytes / 4);
    }
    weights_ = constants().weights.data();
    bias_ = constants().bias.as<float>();
  }

  // Calls body(first input channel, position) for the units of the block that are kept, in the order in which they are multiplied.
  template <typename Body>
  void each_unit(const Pattern& pattern, const OutputBlock& block, Body&& body) const {
    const ConvShape& s = g_.s;
    const std::int64_t group = block.first / (static_cast<std::int64_t>(vecs_) * lanes_);
    for (std::int64_t ic_block = 0; ic_block < s.ic; ic_block += g_.in.block)
      for (std::int64_t position = 0; position < s.kernel_positions(); ++position)
        for (std::int64_t ic = ic_block; ic < std::min<std::int64_t>(s.ic, ic_block + g_.in.block);
             ic += depth_)
          if (pattern.kept(group, ic / depth_, position)) body(ic, position);
  }

  std::vector<std::vector<KernelUnit>> units(const Pattern& pattern, const OutputBlock& block,
                                             std::int64_t& weight_bytes) const {
    const ConvShape& s = g_.s;
    const std::int64_t chunk = static_cast<std::int64_t>(chunk_) * g_.in.block;
    std::vector<std::vector<KernelUnit>> chunks(static_cast<std::size_t>((s.ic + chunk - 1) / chunk));
    each_unit(pattern, block, [&](std::int64_t ic, std::int64_t position) {
      const std::int64_t kd = position / (s.kh * s.kw), kh = position / s.kw % s.kh;
      const std::int64_t a = input_offset(ic, kd, kh, position % s.kw) * 4;
      chunks[static_cast<std::size_t>(ic / chunk)].push_back(
          {static_cast<int>(kd),
           static_cast<int>(kh),
           {static_cast<std::int32_t>(a), static_cast<std::int32_t>(weight_bytes)}});
      weight_bytes += unit_weights(block.vecs) * 4;
    });
    return chunks;
  }

  // [unit][depth][vecs · lanes]
  void pack_block(const float* source, const Pattern& pattern, const OutputBlock& block, float* to) const {
    const ConvShape& s = g_.s;
    const std::int64_t width = static_cast<std::int64_t>(block.vecs) * lanes_;
    const std::int64_t positions = s.kernel_positions(), lanes = std::min(width, s.oc - block.first);
    each_unit(pattern, block, [&](std::int64_t ic, std::int64_t position) {
      for (std::int64_t k = 0; k < std::min<std::int64_t>(depth_, s.ic - ic); ++k)
        for (std::int64_t lane = 0; lane < lanes; ++lane)
          to[k * width + lane] = source[((block.first + lane) * s.ic + ic + k) * positions + position];
      to += unit_weights(block.vecs);
    });
  }

  int vecs_;
};

class ConvSparse final : public IsaFamily {
 public:
  explicit ConvSparse(Isa isa) : IsaFamily("conv.sparse", 2, isa) {}

  bool computes(const Problem& p) const override {
    const auto sparsity = kernels::sparsity_of(p);
    return sparsity && sparsity->gm % lanes() == 0 && tiles_reach(p) && kernels::conv_shape(p).g == 1;
  }
  Ports ports(const Problem& p, const Target&) const override { return conv_tiles_ports(p, lanes()); }
  kernels::Traits traits() const override { return {.leaves_zeros = true}; }
  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return conv_direct_tunables(p, target, numbers(p));
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return conv_direct_estimate_ns(p, schedule, target, numbers(p));
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    const Sparsity sparsity = *kernels::sparsity_of(p);
    const int width = schedule.get("vecs") * lanes();
    return sparse_unit_bytes(s, sparsity, width, sparse_depth(sparsity.gn, input_block(s, lanes()))) +
           (s.oc + width) * 4;
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& schedule,
                                             const Target&) const override {
    return kept_multiply_accumulates(p, schedule.get("rows"));
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<ConvSparseKernel>(request);
  }

 private:
  ConvNumbers numbers(const Problem& p) const {
    return {.lanes = lanes(), .sparsity = kernels::sparsity_of(p)};
  }
};

}  // namespace

const kernels::KernelFamily& conv_sparse(Isa isa) { return per_isa<ConvSparse>(isa); }

}  // namespace rt3d::jit
