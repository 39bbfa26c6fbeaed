// Pruned convolution (conv.cl): of each tile of output channels, the units of 4 input channels at one kernel position that hold
// anything but zeros, found in the weights when they are packed. The problem's `sparsity` chooses and estimates, it is never trusted. A tile
// is one group of filters, or a part of one, so that nothing is computed that was pruned (Niu et al., RT3D, AAAI 2021, section 3). Knobs as
// in conv_direct.cpp.
#include "kernels/cl/conv_family.h"
#include "kernels/cl/conv_units.h"
#include "kernels/cl/families.h"
#include "kernels/sparsity.h"

namespace rt3d::kernels::cl {
namespace {

// Tiles of as many output channels as the group has, or of parts of it.
std::vector<int> block_choices(const Sparsity& sparsity) {
  std::vector<int> choices;
  for (int blocks : {1, 2, 4})
    if (sparsity.gm % (blocks * kBlock) == 0) choices.push_back(blocks);
  return choices;
}

// Tiles that work-groups compute side by side; where these reach across batch items, all of them.
std::int64_t tiles_together(const ConvShape& s, const ConvTile& t) {
  const std::int64_t tiles = ceil_div(s.oc, t.blocks * kBlock);
  return s.n == 1 || tiles % t.deep == 0 ? t.deep : tiles;
}

// Of one output that is computed, at least so many: groups may keep more than the mean.
std::int64_t products(const Problem& p) {
  const ConvShape s = conv_shape(p);
  return static_cast<std::int64_t>(static_cast<double>(s.ic * s.kernel_positions()) * sparsity_of(p)->kept());
}

class ConvSparse final : public ConvFamily {
 public:
  using ConvFamily::ConvFamily;

  Traits traits() const override {
    return {.leaves_zeros = true, .half_inputs = halves(), .half_weights = halves()};
  }
  bool computes(const Problem& p, const Accelerator&) const override {
    if (!p.attributes.has(kSparsityAttribute) || !is_plain_conv(p) || conv_shape(p).g != 1) return false;
    return !block_choices(*sparsity_of(p)).empty();
  }
  std::int64_t packed_bytes(const Problem& p, const Schedule& schedule, const Target&) const override {
    const ConvShape s = conv_shape(p);
    const std::int64_t width = ConvTile::of(schedule).blocks * kBlock;
    const double units =
        static_cast<double>(ceil_div(s.oc, width) * blocks(s.ic, kBlock) * s.kernel_positions());
    return static_cast<std::int64_t>(units * sparsity_of(p)->kept() *
                                     (static_cast<double>(kBlock * width) * stored_bytes() + 4));
  }
  std::int64_t executed_multiply_accumulates(const Problem& p, const Schedule&,
                                             const Target&) const override {
    return static_cast<std::int64_t>(static_cast<double>(useful_multiply_accumulates(p)) *
                                     sparsity_of(p)->kept());
  }

 protected:
  TileChoices choices(const Problem& p) const override {
    return {block_choices(*sparsity_of(p)), products(p), stored()};
  }
  double units(const Problem& p, const ConvTile& t) const override {
    const ConvShape s = conv_shape(p);
    const std::int64_t tiles = ceil_div(s.oc, t.blocks * kBlock);
    return static_cast<double>(tiles * blocks(s.ic, kBlock) * s.kernel_positions()) * sparsity_of(p)->kept();
  }
  bool own_lists() const override { return true; }
  std::vector<Bytes> packed(const Tensor& weights, const ConvShape& s, const ConvTile& t, const Placement& in,
                            ThreadPool& pool) const override {
    const std::int64_t width = t.blocks * kBlock;
    const ListedUnits listed = list_units(weights, s, width, in, tiles_together(s, t), pool);
    return {packed_values(listed.weights, 1, stored()),
            packed_list(kernel_list(listed, ceil_div(s.oc, width), s.kd, list_step(t)))};
  }
};

}  // namespace

const KernelFamily& conv_sparse() {
  static const ConvSparse family("conv.sparse.cl", DType::f32);
  return family;
}

const KernelFamily& conv_sparse_f16() {
  static const ConvSparse family("conv.sparse_f16.cl", DType::f16);
  return family;
}

}  // namespace rt3d::kernels::cl
