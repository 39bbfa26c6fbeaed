#include "kernels/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <map>

#include "base/random.h"
#include "kernels/activation.h"
#include "kernels/activation_error.h"
#include "kernels/family_run.h"
#include "kernels/promises.h"
#include "kernels/ref/ref.h"

namespace rt3d::tests {
namespace {

using kernels::Act;
using kernels::Problem;

// How far an answer may be from the reference's. Sums of these inputs are exact in any order, and so is all that does not round in another
// way than the reference: what is left are Winograd's transforms, a share of the largest sum that they may add up to, division, and
// functions that are made of exponentials.
class Allowance {
 public:
  Allowance(const Problem& p, const Promise& promise, double largest_sum) {
    if (promise.tile) of_sum_ = promise.error * largest_sum;
    if (p.op == "Div") of_value_ = 1.2e-7;
    if (p.op == "AveragePool" || p.op == "GlobalAveragePool" || p.op == "ReduceMean") of_value_ = 2.4e-7;
    if (p.op == "Softmax") of_value_ = 1e-6;
    const kernels::Activation activation = kernels::activation_of(p.attributes);
    by_act_ = activation_error(activation);
    if (activation.act == Act::leaky_relu) by_act_.relative = 0;  // one product, as in the reference
  }
  double of(double want) const { return by_act_.of(of_sum_ + of_value_ * std::fabs(want), want); }

 private:
  double of_sum_ = 0, of_value_ = 0;
  ActivationError by_act_;
};

double largest(const Tensor& t) {
  double most = 0;
  for (const float v : t.values<float>()) most = std::max(most, std::fabs(static_cast<double>(v)));
  return most;
}

// Of a convolution, with every product as large as the largest, and what is added to it.
double largest_sum(const Problem& p, std::span<const Tensor> inputs) {
  if (p.op != "Conv") return 0;
  const Shape& weights = p.input_shape(1);
  double sum =
      largest(inputs[0]) * largest(inputs[1]) * static_cast<double>(weights.elements(1, weights.rank()));
  for (const std::size_t i : {std::size_t{2}, std::size_t{3}})
    if (p.has_input(i)) sum += largest(inputs[i]);
  return sum;
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

struct Case {
  std::vector<Tensor> inputs, outputs;
  double largest_sum = 0;
};

// Inputs and expected outputs. Those of the last problem are kept, for each seed: families are compared one after another.
const Case& expected(const Problem& p, std::uint64_t seed) {
  static std::string problem;
  static std::map<std::uint64_t, Case> cases;
  if (problem != p.text()) cases.clear();
  problem = p.text();
  if (const auto known = cases.find(seed); known != cases.end()) return known->second;
  Case made;
  Random random(seed);
  for (std::size_t i = 0; i < p.inputs.size(); ++i)
    made.inputs.push_back(p.inputs[i].absent ? Tensor() : seeded_input(p, i, random));
  make_weights(p, seed, made.inputs);
  made.outputs = kernels::ref::compute(p, made.inputs);
  made.largest_sum = largest_sum(p, made.inputs);
  return cases.emplace(seed, std::move(made)).first->second;
}

// The first difference in words, or nothing.
std::string difference(const Tensor& got, const Tensor& want, const Allowance& allowance,
                       DType stored = DType::f32) {
  if (want.dtype() != DType::f32) {
    const bool same =
        std::equal(got.bytes().begin(), got.bytes().end(), want.bytes().begin(), want.bytes().end());
    return same ? "" : "the outputs differ";
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i) {
    const float g = got.values<float>()[i], w = want.values<float>()[i];
    if (g == w || (std::isnan(g) && std::isnan(w))) continue;
    const double distance = std::fabs(static_cast<double>(g) - static_cast<double>(w));
    // Outputs that lie in memory as halves are rounded once more.
    const double half_step = std::max(std::ldexp(std::fabs(static_cast<double>(w)), -11), 0x1p-25);
    const double rounding = stored == DType::f16 ? half_step : 0;
    const double allowed = allowance.of(static_cast<double>(w)) + rounding;
    if (!(distance <= allowed)) return cat("element ", i, " is ", g, ", expected ", w, " within ", allowed);
  }
  return {};
}

std::string run_and_compare(const kernels::KernelFamily& family, const Problem& p,
                            const kernels::Schedule& schedule, const kernels::Target& target,
                            ThreadPool& pool, std::uint64_t seed, kernels::Engine* engine) {
  const Case& c = expected(p, seed);
  const FamilyRun run =
      run_family(family, p, schedule, target, pool, seed, c.inputs, UnusedLanes::finite, engine);
  if (!run.fault.empty()) return run.fault;
  const Allowance allowance(p, promise(family, p), c.largest_sum);
  for (std::size_t i = 0; i < run.outputs.size(); ++i) {
    const std::string text =
        difference(run.outputs[i], c.outputs[i], allowance, family.ports(p, target).outputs[i].dtype);
    if (!text.empty()) return cat("output ", i, ": ", text);
  }
  return {};
}

}  // namespace

bool check_family(const kernels::KernelFamily& family, const Problem& p, const kernels::Schedule& schedule,
                  const kernels::Target& target, ThreadPool& pool, std::uint64_t seed,
                  kernels::Engine* engine) {
  std::string text;
  try {
    text = run_and_compare(family, p, schedule, target, pool, seed, engine);
  } catch (const Error& error) {
    text = cat("threw: ", error.what());
  }
  const std::string where =
      text.empty() ? ""
                   : cat(family.id(), " [", schedule.text(), "] on ",
                         engine ? target.device.name : std::string(isa_name(target.device.isa)), " with ",
                         target.threads, " threads, seed ", seed, ": '", p.text(), "': ", text);
  CHECK_MESSAGE(text.empty(), where);
  return text.empty();
}

bool is_wanted(const kernels::KernelFamily& family) {
  const char* prefix = std::getenv("RT3D_TEST_FAMILY");
  return prefix == nullptr || family.id().starts_with(prefix);
}

}  // namespace rt3d::tests
