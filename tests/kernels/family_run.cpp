#include "kernels/family_run.h"

#include <cstring>
#include <iterator>
#include <limits>
#include <memory>

#include "base/buffer.h"
#include "base/checksum.h"
#include "base/error.h"
#include "base/random.h"
#include "kernels/laid_out.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"

namespace rt3d::tests {
namespace {

using kernels::Problem;

constexpr float kCanary = -777.25f;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Operands of one call.
struct Operands {
  std::vector<LaidOut> inputs, outputs;
  std::vector<std::unique_ptr<kernels::Memory>> inputs_there, outputs_there;  // of those; nullptr: the host's
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

// The whole memory on the engine, with guards; nothing where the port asks for the host's.
std::unique_ptr<kernels::Memory> copied_there(const LaidOut& laid, const kernels::Port& port,
                                              kernels::Engine* engine) {
  if (port.space == kernels::Space::host) return nullptr;
  if (engine == nullptr) fail(Code::internal, "an operand lies in memory of an engine, and there is none");
  auto memory = engine->allocate(laid.memory().size());
  memory->write(0, laid.memory());
  return memory;
}
kernels::Place place_of(const LaidOut& laid, const kernels::Memory* there) {
  return there == nullptr ? kernels::Place(laid.address()) : kernels::Place(*there, laid.offset());
}

Operands lay_out(const kernels::Ports& ports, const Problem& p, std::span<const Tensor> inputs, Random random,
                 kernels::Engine* engine) {
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
    o.inputs_there.push_back(copied_there(laid, port, engine));
    o.input_addresses.back() = place_of(laid, o.inputs_there.back().get());
    o.input_placements.back() = laid.placement();
  }
  for (std::size_t i = 0; i < p.outputs.size(); ++i) {
    const kernels::Port port = placed(ports.outputs.at(i), random);
    LaidOut& laid = o.outputs.emplace_back(p.outputs[i], port, inside(), kCanary);
    o.outputs_there.push_back(copied_there(laid, port, engine));
    o.output_addresses.push_back(place_of(laid, o.outputs_there.back().get()));
    o.output_placements.push_back(laid.placement());
  }
  return o;
}

// What it computes lies on the host afterwards.
void run_on(kernels::Engine& engine, const kernels::Kernel& kernel, const Operands& o,
            std::span<std::byte> scratch) {
  std::unique_ptr<kernels::Memory> scratch_there;
  if (engine.space() == kernels::Space::device && kernel.scratch_bytes() > 0) {
    scratch_there = engine.allocate(scratch.size());
    scratch_there->write(0, scratch);
  }
  const kernels::Place work =
      scratch_there ? kernels::Place(*scratch_there, 0) : kernels::Place(scratch.data());
  engine.run(kernel, {o.input_addresses, o.output_addresses, work, engine.pool()}, engine.target().threads);
  engine.finish();
  if (scratch_there) scratch_there->read(0, scratch);
  for (std::size_t i = 0; i < o.outputs.size(); ++i)
    if (o.outputs_there[i]) o.outputs_there[i]->read(0, o.outputs[i].memory());
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
                     std::span<const Tensor> inputs, UnusedLanes lanes, kernels::Engine* engine) {
  const std::string drawn = cat(family.id(), ' ', schedule.text(), ' ', p.text());
  Operands o = lay_out(family.ports(p, target), p, inputs, Random(checksum64(drawn) + seed), engine);
  const auto kernel = family.compile({p, schedule, target, o.input_placements, o.output_placements, engine});
  kernel->prepare(o.constants, pool);
  constexpr std::size_t kGuard = 64;
  const Buffer scratch(kernel->scratch_bytes() + kGuard);
  std::memset(scratch.data(), 0xff, scratch.bytes());
  if (engine == nullptr)
    kernel->run({o.input_addresses, o.output_addresses, scratch.data(), pool});
  else
    run_on(*engine, *kernel, o, {scratch.data(), scratch.bytes()});
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
