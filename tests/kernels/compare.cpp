#include "kernels/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>

#include "base/random.h"
#include "kernels/activation.h"
#include "kernels/family_run.h"
#include "kernels/ref/ref.h"

namespace rt3d::tests {
namespace {

using kernels::Act;
using kernels::Problem;

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

struct Case {
  std::vector<Tensor> inputs, outputs;
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
  return cases.emplace(seed, std::move(made)).first->second;
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

std::string run_and_compare(const kernels::KernelFamily& family, const Problem& p,
                            const kernels::Schedule& schedule, const kernels::Target& target,
                            ThreadPool& pool, std::uint64_t seed) {
  const Case& c = expected(p, seed);
  const FamilyRun run = run_family(family, p, schedule, target, pool, seed, c.inputs, UnusedLanes::finite);
  if (!run.fault.empty()) return run.fault;
  for (std::size_t i = 0; i < run.outputs.size(); ++i) {
    const std::string text =
        difference(run.outputs[i], c.outputs[i], exact(p, family.id()), tolerance_of(family.id()));
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
