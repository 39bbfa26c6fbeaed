#include "kernels/compare.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/random.h"
#include "kernels/activation.h"
#include "kernels/laid_out.h"
#include "kernels/ref/ref.h"
#include "kernels/sparsity.h"
#include "kernels/winograd_weights.h"

namespace rt3d::tests {
namespace {

using kernels::Act;
using kernels::Problem;

constexpr float kCanary = -777.25f;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Operators and activations of which every rounding is determined by exact inputs.
bool exact(const Problem& p, std::string_view family) {
  if (family.find("winograd") != std::string_view::npos) return false;
  for (const char* op : {"AveragePool", "GlobalAveragePool", "ReduceMean", "Softmax", "Div"})
    if (p.op == op) return false;
  const Act act = kernels::activation_of(p.attributes).act;
  return act == Act::none || act == Act::relu || act == Act::clip || act == Act::leaky_relu;
}

double tolerance_of(std::string_view family) {
  return family.find("winograd") != std::string_view::npos ? 1e-3 : 1e-5;
}

// Integers in [-4, 4]; sixteenths of them for what a saturating activation follows, except the first input's.
Tensor seeded_input(const Problem& p, std::size_t i, Random& random) {
  const TensorDesc& desc = p.inputs[i].desc;
  const Act act = kernels::activation_of(p.attributes).act;
  const bool saturates =
      p.op != "Activation" && act != Act::none && act != Act::relu && act != Act::leaky_relu;
  Tensor wide = Tensor::allocate({DType::f32, desc.shape});
  for (float& value : wide.mutable_values<float>()) {
    value = static_cast<float>(random.below(9) - 4);
    if (p.op == "Div" && i == 1 && value == 0) value = 1;
    if (desc.dtype == DType::f32 && saturates && i > 0) value /= 16;
  }
  return wide.converted(desc.dtype);
}

// Weights in the transform domain where the problem has them, and zeros where it says so: but for every fifth seed, which leaves the
// weights dense (results must be right for any), and with nothing left of the first group of output channels for every third.
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

// Inputs and expected outputs of the problem and seed asked last: families are compared one after another.
struct Case {
  std::string key;
  std::vector<Tensor> inputs, outputs;
};

const Case& expected(const Problem& p, std::uint64_t seed) {
  static Case last;
  const std::string key = cat(seed, ' ', p.text());
  if (last.key == key) return last;
  last = {};
  Random random(seed);
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    last.inputs.push_back(p.inputs[i].absent ? Tensor() : seeded_input(p, i, random));
  make_weights(p, seed, last.inputs);
  last.outputs = kernels::ref::compute(p, last.inputs);
  last.key = key;
  return last;
}

// The first difference in words, or nothing.
std::string difference(const Tensor& got, const Tensor& want, bool exact, double tolerance) {
  if (want.dtype() != DType::f32) {
    const bool same =
        std::equal(got.bytes().begin(), got.bytes().end(), want.bytes().begin(), want.bytes().end());
    return same ? "" : "the outputs differ";
  }
  double largest = 0;
  for (float w : want.values<float>())
    if (std::isfinite(w)) largest = std::max(largest, std::fabs(static_cast<double>(w)));
  const double allowed = exact ? 0 : std::max(1e-6, tolerance * largest);
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i) {
    const float g = got.values<float>()[i], w = want.values<float>()[i];
    if (g == w || (std::isnan(g) && std::isnan(w))) continue;
    const double distance = std::fabs(static_cast<double>(g) - static_cast<double>(w));
    if (!(distance <= allowed)) return cat("element ", i, " is ", g, ", expected ", w, " within ", allowed);
  }
  return {};
}

// Operands of one call.
struct Operands {
  std::vector<LaidOut> inputs, outputs;
  std::vector<std::byte*> input_addresses, output_addresses;
  std::vector<kernels::Placement> input_placements, output_placements;
  std::vector<const Tensor*> constants;
};

Operands lay_out(const kernels::Ports& ports, const Problem& p, const Case& c, std::uint64_t seed) {
  const int more = seed % 2 ? 1 : 0;
  const bool inside = seed % 4 >= 2;
  Operands o;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    const bool passed = !p.inputs[i].absent && !p.inputs[i].constant;
    o.constants.push_back(p.inputs[i].constant ? &c.inputs[i] : nullptr);
    o.input_addresses.push_back(nullptr);
    o.input_placements.emplace_back();
    if (!passed) continue;
    kernels::Port port = ports.inputs.at(i);
    if (port.block > 1) port = {port.block, port.halo_h + more, port.halo_w + more};
    LaidOut& laid = o.inputs.emplace_back(p.inputs[i].desc, port, inside, kNan);
    laid.store(c.inputs[i]);
    o.input_addresses.back() = laid.address();
    o.input_placements.back() = laid.placement();
  }
  for (std::size_t i = 0; i < p.outputs.size(); ++i) {
    kernels::Port port = ports.outputs.at(i);
    if (port.block > 1) port = {port.block, port.halo_h + 1, port.halo_w + 1};
    LaidOut& laid = o.outputs.emplace_back(p.outputs[i], port, inside, kCanary);
    o.output_addresses.push_back(laid.address());
    o.output_placements.push_back(laid.placement());
  }
  return o;
}

std::string run_and_compare(const kernels::KernelFamily& family, const Problem& p,
                            const kernels::Schedule& schedule, const kernels::Target& target,
                            ThreadPool& pool, std::uint64_t seed) {
  const Case& c = expected(p, seed);
  Operands o = lay_out(family.ports(p, target), p, c, seed);
  const auto kernel = family.compile({p, schedule, target, o.input_placements, o.output_placements});
  kernel->prepare(o.constants, pool);
  constexpr std::size_t kGuard = 64;
  const Buffer scratch(kernel->scratch_bytes() + kGuard);
  std::memset(scratch.data(), 0xff, scratch.bytes());
  kernel->run({o.input_addresses, o.output_addresses, scratch.data(), pool});
  for (std::size_t i = 0; i < kGuard; ++i)
    if (scratch.data()[kernel->scratch_bytes() + i] != std::byte{0xff})
      return "wrote beyond its scratch memory";
  for (std::size_t i = 0; i < o.outputs.size(); ++i) {
    if (std::string text = o.outputs[i].damage(); !text.empty()) return cat("output ", i, ": ", text);
    const std::string text =
        difference(o.outputs[i].load(), c.outputs[i], exact(p, family.id()), tolerance_of(family.id()));
    if (!text.empty()) return cat("output ", i, ": ", text);
  }
  return {};
}

}  // namespace

bool check_family(const kernels::KernelFamily& family, const Problem& p, const kernels::Schedule& schedule,
                  const kernels::Target& target, ThreadPool& pool, std::uint64_t seed) {
  std::string text;
  try {
    text = run_and_compare(family, p, schedule, target, pool, seed);
  } catch (const Error& error) {
    text = cat("threw: ", error.what());
  }
  const std::string where =
      text.empty() ? ""
                   : cat(family.id(), " [", schedule.text(), "] on ", isa_name(target.device.isa), " with ",
                         target.threads, " threads, seed ", seed, ": '", p.text(), "': ", text);
  CHECK_MESSAGE(text.empty(), where);
  return text.empty();
}

}  // namespace rt3d::tests
