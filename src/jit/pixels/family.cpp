#include "jit/pixels/family.h"

#include <memory>

#include "jit/direct/kernel.h"
#include "jit/direct/schedule.h"
#include "jit/family/estimate.h"
#include "jit/pixels/kernel.h"
#include "jit/pixels/schedule.h"
#include "kernels/sparsity.h"

namespace rt3d::jit {
namespace {

using kernels::ConvShape;
using kernels::Sparsity;

class ConvSparsePixels final : public IsaFamily {
 public:
  explicit ConvSparsePixels(Isa isa) : IsaFamily("conv.sparse_pixels", 2, isa) {}

  bool computes(const Problem& p) const override {
    const auto sparsity = kernels::sparsity_of(p);
    if (!sparsity || sparsity->gm % 4 != 0 || sparsity->gm > 16 || !tiles_reach(p)) return false;
    if (isa() == Isa::avx512 && sparsity->gm == 8 && sparsity->gn % 4 == 0) return false;  // conv.sparse_dot
    const ConvShape s = kernels::conv_shape(p);
    return s.g == 1 && input_block(s, lanes()) == lanes();
  }
  Ports ports(const Problem& p, const Target&) const override { return conv_tiles_ports(p, lanes()); }
  kernels::Traits traits() const override { return {.leaves_zeros = true}; }
  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return pixel_tunables(kernels::conv_shape(p), *kernels::sparsity_of(p), target);
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    return best_estimates(IsaFamily::space(p, target));
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    return pixel_estimate_ns(kernels::conv_shape(p), *kernels::sparsity_of(p), schedule, target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const Sparsity sparsity = *kernels::sparsity_of(p);
    const ConvShape s = kernels::conv_shape(p);
    return sparse_unit_bytes(s, sparsity, schedule.get("channels"), sparse_depth(sparsity.gn, lanes())) +
           (s.oc + lanes()) * 4;
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule&,
                                             const Target&) const override {
    return kernels::useful_multiply_accumulates(p) * kernels::sparsity_of(p)->kept_percent / 100;
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return std::make_unique<PixelConvKernel>(request);
  }
};

}  // namespace

const kernels::KernelFamily& conv_sparse_pixels(Isa isa) { return per_isa<ConvSparsePixels>(isa); }

}  // namespace rt3d::jit
