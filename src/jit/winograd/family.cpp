#include "jit/winograd/family.h"

#include <vector>

#include "jit/conv/geometry.h"
#include "jit/conv/tile_cut.h"
#include "jit/family/isa_family.h"
#include "jit/winograd/estimate.h"
#include "jit/winograd/kernel.h"
#include "jit/winograd/schedule.h"

namespace rt3d::jit {
namespace {

// Dense: all units of the weights. Sparse: those that the weights' zeros leave.
class ConvWinograd final : public IsaFamily {
 public:
  ConvWinograd(const WinogradTile& method, bool sparse, Isa isa)
      : IsaFamily(cat(sparse ? "conv.winograd_sparse." : "conv.winograd.", method.text()), 2, isa),
        method_(method),
        sparse_(sparse) {}

  kernels::Accuracy accuracy() const override { return kernels::Accuracy::standard; }
  bool computes(const Problem& p) const override {
    if (!is_plain_conv(p) || (sparse_ && !kernels::sparsity_of(p))) return false;
    const WinogradLayer layer = layer_of(p);
    return (!layer.transformed || transformed_fits(p, layer)) && winograd_computes(layer, lanes()) &&
           winograd_fits(isa(), layer.shape, method_, kernels::activation_of(p.attributes), p.has_input(3));
  }
  Ports ports(const Problem& p, const Target&) const override { return blocked_conv_ports(p, lanes()); }
  kernels::Traits traits() const override { return {.leaves_zeros = sparse_, .winograd = method_}; }
  kernels::Tunables tunables(const Problem& p, const Target& target) const override {
    return winograd_tunables(layer_of(p), target);
  }
  std::vector<Schedule> space(const Problem& p, const Target& target) const override {
    const WinogradLayer layer = layer_of(p);  // once, for hundreds of estimates
    std::vector<Schedule> space = winograd_tunables(layer, target).all();
    kernels::sort_by_estimate(space, [&](const Schedule& schedule) {
      return winograd_estimate_ns(layer, winograd_cut(layer, schedule, lanes()), target);
    });
    return space;
  }
  double estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const WinogradLayer layer = layer_of(p);
    return winograd_estimate_ns(layer, winograd_cut(layer, schedule, lanes()), target);
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target& target) const override {
    const WinogradLayer layer = layer_of(p);
    return winograd_weight_bytes(layer, winograd_cut(layer, schedule, lanes()), target);
  }
  std::int64_t executed_multiply_accumulates(const Problem&, const Schedule&, const Target&) const override {
    return 0;  // sums of operands are multiplied, fewer than there are products
  }
  kernels::Work least_work(const Problem& p, const Schedule& schedule, const Target& target) const override {
    kernels::Work work = IsaFamily::least_work(p, schedule, target);
    const WinogradLayer layer = layer_of(p);
    work.multiply_adds = winograd_multiply_adds(layer, winograd_cut(layer, schedule, lanes()), lanes());
    return work;
  }
  std::unique_ptr<Kernel> compile(const KernelRequest& request) const override {
    return winograd_kernel(request, layer_of(request.problem));
  }

 private:
  WinogradLayer layer_of(const Problem& p) const {
    return {kernels::conv_shape(p), method_, sparse_ ? kernels::sparsity_of(p) : std::nullopt,
            p.attributes.has(kernels::kWinogradAttribute)};
  }

  bool transformed_fits(const Problem& p, const WinogradLayer& layer) const {
    const kernels::ConvShape& s = layer.shape;
    return p.attributes.string(kernels::kWinogradAttribute, "") == method_.text() && p.has_input(4) &&
           p.inputs[4].constant && p.inputs[4].desc.dtype == DType::f32 &&
           winograd_weight_shape(p.input_shape(1), method_, {s.sd, s.sh, s.sw}) == p.input_shape(4);
  }

  WinogradTile method_;
  bool sparse_;
};

}  // namespace

std::span<const kernels::KernelFamily* const> conv_winograd(Isa isa) {
  static const std::vector<std::vector<const kernels::KernelFamily*>> table = [] {
    static std::vector<ConvWinograd> families;
    families.clear();  // of a first attempt for which there was no memory
    families.reserve(3 * 2 * winograd_tiles().size());
    std::vector<std::vector<const kernels::KernelFamily*>> rows(4);
    for (Isa each : {Isa::avx2, Isa::avx512, Isa::neon})
      for (bool sparse : {false, true})
        for (const WinogradTile& method : winograd_tiles())
          rows[static_cast<std::size_t>(each)].push_back(&families.emplace_back(method, sparse, each));
    return rows;
  }();
  return table[static_cast<std::size_t>(isa)];
}

}  // namespace rt3d::jit
