#include "jit/winograd/kernel.h"
#include "jit/tile/tile.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "jit/tile/packing.h"
#include "jit/winograd/multiply.h"
#include "jit/winograd/operands.h"
#include "jit/winograd/plan.h"
#include "jit/winograd/scratch.h"
#include "jit/winograd/spatial.h"
#include "jit/winograd/temporal.h"
#include "kernels/packing_kernel.h"

namespace rt3d::jit {
namespace {

using kernels::KernelRequest;
using kernels::RunArgs;

WinogradOperands operands_of(const KernelRequest& r) {
  const bool has_residual = r.problem.has_input(3);
  return {r.inputs[0], r.outputs[0], has_residual ? r.inputs[3] : kernels::Placement{}, has_residual,
          kernels::activation_of(r.problem.attributes)};
}

WinogradPlan plan_of(const KernelRequest& r, const WinogradLayer& layer) {
  const Isa isa = r.target.device.isa;
  const int lanes = isa_lanes(isa);
  return {layer.shape, layer.method, winograd_cut(layer, r.schedule, lanes), lanes,
          most_rows(isa, r.schedule.get("vecs"), {})};
}

struct PackedWinograd {
  WinogradWeights weights;
  Buffer bias;
  std::size_t bytes() const { return weights.bytes() + bias.bytes(); }
};

class WinogradKernel final : public kernels::PackingKernel<PackedWinograd> {
 public:
  WinogradKernel(const KernelRequest& r, const WinogradLayer& layer)
      : operands_(operands_of(r)),
        transformed_(layer.transformed),
        p_(plan_of(r, layer)),
        multiply_(p_, r.target.device, winograd_kept(layer, p_.cut, p_.lanes)),
        scratch_(p_, r.target.threads, multiply_.scratch_floats()) {
    if (p_.method.s > 1) spatial_.emplace(p_, operands_, r.target.device.isa);
    if (p_.method.t > 1) temporal_.emplace(p_, operands_, r.target.device.isa);
  }

  std::string packing_key() const override {
    return cat(multiply_.packing_key(), transformed_ ? " transformed" : "");
  }
  std::size_t packed_bytes() const override { return PackingKernel::packed_bytes() + multiply_.own_bytes(); }
  std::size_t scratch_bytes() const override { return scratch_.bytes(); }

  void run(const RunArgs& args) const override {
    const std::int64_t blocks = p_.s.n * p_.blocks_t * p_.blocks_y;
    if (p_.cut.shared) {
      const auto each = [&](std::int64_t count, auto&& body) {
        args.pool.run(count, std::forward<decltype(body)>(body));
      };
      for (std::int64_t b = 0; b < blocks; ++b) run_block(args, b, 0, each);
      return;
    }
    args.pool.run(blocks, [&](std::int64_t b, int worker) {
      const auto each = [&](std::int64_t count, auto&& body) {
        for (std::int64_t i = 0; i < count; ++i) body(i, worker);
      };
      run_block(args, b, worker, each);
    });
  }

 private:
  PackedWinograd pack(std::span<const Tensor* const> constants, ThreadPool& pool) const override {
    return {multiply_.pack(*constants[1], transformed_ ? constants[4] : nullptr, pool),
            padded_bias(constants, 2, p_.ocb * p_.lanes)};
  }
  void ready() override { multiply_.use(constants().weights); }

  WinogradItem item(const RunArgs& args, std::int64_t n) const {
    const WinogradOperands& o = operands_;
    return {kernels::input_f32(args, 0) + n * o.in.n,
            o.has_residual ? kernels::input_f32(args, 3) + n * o.residual.n : nullptr,
            constants().bias.as<float>(), kernels::output_f32(args, 0) + n * o.out.n};
  }

  // Block `number` of all batch items. each(count, body) calls body(i, worker) for every i below count.
  template <typename Each>
  void run_block(const RunArgs& args, std::int64_t number, int crew, const Each& each) const {
    const std::int64_t per_item = p_.blocks_t * p_.blocks_y;
    const WinogradPlan::Block b = p_.block(number % per_item / p_.blocks_y, number % p_.blocks_y);
    const WinogradItem at = item(args, number / per_item);
    const WinogradScratch::Crew shared = scratch_.crew(args.scratch.host(), crew);
    const std::int64_t in_frames = b.f1 - b.f0, out_frames = b.o1 - b.o0;
    if (spatial_)
      each(p_.icb * in_frames, [&](std::int64_t i, int w) {
        spatial_->run_input(b, at, i / in_frames, i % in_frames, shared.s,
                            scratch_.worker(args.scratch.host(), w).transform);
      });
    each(p_.points, [&](std::int64_t point, int w) {
      run_point(b, at, point, shared, scratch_.worker(args.scratch.host(), w));
    });
    if (spatial_)
      each(p_.ocb * out_frames, [&](std::int64_t i, int w) {
        spatial_->run_output(b, at, i / out_frames, i % out_frames, shared.m,
                             scratch_.worker(args.scratch.host(), w).transform);
      });
  }

  // From S to M at a spatial point; without spatial transforms there is one, from the input to the output.
  void run_point(const WinogradPlan::Block& b, const WinogradItem& at, std::int64_t point,
                 const WinogradScratch::Crew& shared, const WinogradScratch::Worker& own) const {
    const float* s = shared.s + point * p_.s_point;
    float* m = shared.m + point * p_.m_point;
    if (!temporal_) {
      multiply_.run(b, point, s, m, own.late);
      return;
    }
    temporal_->run_input(b, at, s, own.v);
    multiply_.run(b, point, own.v, own.r, own.late);
    temporal_->run_output(b, at, own.r, m);
  }

  WinogradOperands operands_;
  bool transformed_;
  WinogradPlan p_;
  WinogradMultiply multiply_;
  WinogradScratch scratch_;
  std::optional<WinogradSpatial> spatial_;
  std::optional<WinogradTemporal> temporal_;
};

}  // namespace

std::unique_ptr<kernels::Kernel> winograd_kernel(const kernels::KernelRequest& request,
                                                 const WinogradLayer& layer) {
  return std::make_unique<WinogradKernel>(request, layer);
}

}  // namespace rt3d::jit
