#include "kernels/family_run.h"

#include <cstring>
#include <iterator>

#include "base/buffer.h"
#include "base/checksum.h"
#include "base/random.h"
#include "kernels/laid_out.h"
#include "kernels/not_finite.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"

namespace rt3d::tests {
namespace {

using kernels::Problem;

constexpr float kCanary = -777.25f;

// Operands of one call.
struct Operands {
  std::vector<LaidOut> inputs, outputs;
  std::vector<kernels::Place> input_addresses, output_addresses;
  std::vector<kernels::Placement> input_placements, output_placements;
  std::vector<const Tensor*> constants;
};

// As a plan may place it: with just the halo that the family asks for, so that an output's rows follow each other without a gap; or
// with more of it, as another reader may have asked for, and where writing too far shows.
kernels::Port placed(kernels::Port port, Random& random) {
  struct More {
    int h, w;
  };
  constexpr More kMore[] = {{0, 0}, {0, 0}, {0, 0}, {1, 1}, {1, 1}, {2, 1}, {0, 1}, {2, 0}};
  const More more = kMore[random.below(std::size(kMore))];
  if (port.block == 1) return port;
  port.halo_h += more.h;
  port.halo_w += more.w;
  return port;
}

Operands lay_out(const kernels::Ports& ports, const Problem& p, std::span<const Tensor> inputs,
                 Random random) {
  const auto inside = [&] { return random.below(2) == 0; };
  Operands o;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    const bool passed = !p.inputs[i].absent && !p.inputs[i].constant;
    o.constants.push_back(p.inputs[i].constant ? &inputs[i] : nullptr);
    o.input_addresses.emplace_back();
    o.input_placements.emplace_back();
    if (!passed) continue;
    const kernels::Port port = placed(ports.inputs.at(i), random);
    LaidOut& laid = o.inputs.emplace_back(p.inputs[i].desc, port, inside(), kNan);
    laid.store(inputs[i]);
    o.input_addresses.back() = laid.address();
    o.input_placements.back() = laid.placement();
  }
  for (std::size_t i = 0; i < p.outputs.size(); ++i) {
    const kernels::Port port = placed(ports.outputs.at(i), random);
    LaidOut& laid = o.outputs.emplace_back(p.outputs[i], port, inside(), kCanary);
    o.output_addresses.emplace_back(laid.address());
    o.output_placements.push_back(laid.placement());
  }
  return o;
}

}  // namespace

void make_weights(const Problem& p, std::uint64_t seed, std::vector<Tensor>& inputs) {
  const auto sparsity = kernels::sparsity_of(p);
  const auto tile = find_winograd_tile(p.attributes.string(kernels::kWinogradAttribute, ""));
  if (tile) {
    const kernels::ConvShape s = kernels::conv_shape(p);
    inputs.at(4) = kernels::winograd_weights(inputs[1], *tile, {s.sd, s.sh, s.sw});
  }
  if (!sparsity || seed % 5 == 0) return;
  Tensor& weights = inputs.at(tile ? 4 : 1);
  kernels::Pattern pattern = kernels::random_pattern(weights.shape(), sparsity->scheme, sparsity->gm,
                                                     sparsity->gn, sparsity->kept(), seed);
  for (std::int64_t i = 0; i < pattern.ic_groups() && seed % 3 == 0; ++i)
    for (std::int64_t position = 0; position < pattern.positions(); ++position)
      pattern.set(0, i, position, false);
  kernels::prune(weights, pattern);
}

FamilyRun run_family(const kernels::KernelFamily& family, const Problem& p, const kernels::Schedule& schedule,
                     const kernels::Target& target, ThreadPool& pool, std::uint64_t seed,
                     std::span<const Tensor> inputs, UnusedLanes lanes) {
  const std::string drawn = cat(family.id(), ' ', schedule.text(), ' ', p.text());
  Operands o = lay_out(family.ports(p, target), p, inputs, Random(checksum64(drawn) + seed));
  const auto kernel = family.compile({p, schedule, target, o.input_placements, o.output_placements});
  kernel->prepare(o.constants, pool);
  constexpr std::size_t kGuard = 64;
  const Buffer scratch(kernel->scratch_bytes() + kGuard);
  std::memset(scratch.data(), 0xff, scratch.bytes());
  kernel->run({o.input_addresses, o.output_addresses, scratch.data(), pool});
  FamilyRun run;
  for (std::size_t i = 0; i < kGuard; ++i)
    if (scratch.data()[kernel->scratch_bytes() + i] != std::byte{0xff})
      run.fault = "wrote beyond its scratch memory";
  for (std::size_t i = 0; i < o.outputs.size(); ++i) {
    if (const std::string text = o.outputs[i].damage(lanes == UnusedLanes::finite); !text.empty())
      run.fault = cat("output ", i, ": ", text);
    run.outputs.push_back(o.outputs[i].load());
  }
  return run;
}

}  // namespace rt3d::tests
