#include "jit/quads/family.h"

#include <memory>

#include "jit/direct/kernel.h"
#include "jit/direct/schedule.h"
#include "jit/family/estimate.h"
#include "jit/quads/kernel.h"
#include "jit/quads/schedule.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;

class ConvSparseDot final : public IsaFamily {
 public:
  explicit ConvSparseDot(Isa isa) : IsaFamily("conv.sparse_dot", 2, isa) {}

  bool computes(const Problem& p) const override {
    const auto sparsity = kernels::sparsity_of(p);
    return sparsity && sparsity->gm == kQuadOutputs && sparsity->gn % QuadPlan::kChannels == 0 &&
           tiles_reach(p) && kernels::conv_shape(p).g == 1;
  }
  Ports ports(const Problem& p, const Target&) const override { return conv_tiles_ports(p, lanes()); }
  kernels::Traits traits() const override { return {.leaves_zeros = true}; }
  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return quad_tunables(p, target);
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return best_estimates(IsaFamily::space(p, target));
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return quad_estimate_ns(p, schedule, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule&, const Target&) const override {
    const ConvShape s = kernels::conv_shape(p);
    return sparse_unit_bytes(s, *kernels::sparsity_of(p), kQuadOutputs, QuadPlan::kChannels) +
           (s.oc + lanes()) * 4;
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule& schedule,
                                             const Target&) const override {
    return kept_multiply_accumulates(p, schedule.get("rows"));
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<QuadKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& conv_sparse_dot(Isa isa) { return per_isa<ConvSparseDot>(isa); }

}  // namespace rt3d::jit
