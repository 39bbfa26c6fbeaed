#include "kernels/cl/conv_family.h"

#include "kernels/cl/sources.h"

namespace rt3d::kernels::cl {

Ports ConvFamily::ports(const Problem& p, const Target&) const {
  return conv_ports(p, conv_shape(p), stored());
}

Tunables ConvFamily::tunables(const Problem& p, const Target& target) const {
  return conv_tunables(conv_shape(p), choices(p), *target.device.accelerator);
}

double ConvFamily::estimate_ns(const Problem& p, const Schedule& schedule, const Target& target) const {
  const ConvTile t = ConvTile::of(schedule);
  return conv_ns(p, conv_shape(p), t, units(p, t), stored(), own_lists(), *target.device.accelerator);
}

Recipe ConvFamily::recipe(const KernelRequest& r) const {
  const ConvShape s = conv_shape(r.problem);
  const ConvTile t = ConvTile::of(r.schedule);
  Macros macros = conv_macros(r, s, t, stored());
  // Sums without a list are short.
  add_sums(macros, t.sums, listed() ? choices(r.problem).products : 0);
  if (!listed()) macros.flag("DEPTHWISE");
  Recipe recipe = new_recipe(r.problem);
  recipe.launches.push_back({{kConv, macros.text(), "conv"},
                             conv_range(s, t, estimate_ns(r.problem, r.schedule, r.target)),
                             conv_arguments(r.problem, t, stored(), listed())});
  recipe.pack = [this, s, t, in = r.inputs[0]](std::span<const Tensor* const> constants, ThreadPool& pool) {
    const Scaled scaled = scaled_weights(*constants[1], stored());
    std::vector<Bytes> all = packed(scaled.weights, s, t, in, pool);
    all.insert(all.begin() + 1,
               packed_bias(constants, s.oc, static_cast<std::size_t>(t.blocks * kBlock), scaled.scales));
    return all;
  };
  return recipe;
}

}  // namespace rt3d::kernels::cl
