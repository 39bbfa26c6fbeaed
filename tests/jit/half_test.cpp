// Half precision: weights as halves, which targets get its families, and how far their results are from double precision.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "jit/jit.h"
#include "jit/tile/half_weights.h"
#include "kernels/half_layers.h"
#include "kernels/laid_out.h"
#include "kernels/read_problems.h"
#include "kernels/ref/ref.h"
#include "skip.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Target;

// Largest error, relative to the output's range, that the tests allow each family; docs/accuracy.md has what was measured.
const std::map<std::string, double> kHalfBounds{{"conv.direct_f16.neon", 5e-3}, {"fc.dot_f16.neon", 1e-3}};

Target half_target() { return {this_device(), 2, kernels::Accuracy::half}; }
bool has_halves() { return this_device().isa == Isa::neon && this_device().features.fp16; }

Tensor computed(const KernelFamily& family, const Problem& p, const Target& target, ThreadPool& pool,
                const std::vector<Tensor>& inputs) {
  const kernels::Ports ports = family.ports(p, target);
  std::vector<LaidOut> laid;
  laid.reserve(inputs.size());
  std::vector<kernels::Placement> placements(inputs.size());
  std::vector<kernels::Place> addresses(inputs.size());
  std::vector<const Tensor*> constants(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (p.inputs[i].absent) continue;
    if (p.inputs[i].constant) {
      constants[i] = &inputs[i];
      continue;
    }
    laid.emplace_back(p.inputs[i].desc, ports.inputs[i], false, 0).store(inputs[i]);
    placements[i] = laid.back().placement();
    addresses[i] = laid.back().address();
  }
  LaidOut out(p.outputs[0], ports.outputs[0], false, 0);
  const kernels::Schedule schedule = family.space(p, target).front();
  const auto kernel = family.compile({p, schedule, target, placements, {out.placement()}});
  kernel->prepare(constants, pool);
  const Buffer scratch(kernel->scratch_bytes());
  kernels::Place out_addresses[] = {out.address()};
  kernel->run({addresses, out_addresses, scratch.data(), pool});
  return out.load();
}

}  // namespace

TEST_CASE("weights become the nearest halves, the even one of two, and overflow to the largest") {
  using jit::nearest_half;
  for (std::uint32_t bits = 0; bits < 0x10000;
       ++bits) {  // halves are themselves, and so is what lies near them
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (std::isnan(value)) continue;
    REQUIRE(nearest_half(value) == half);
    const auto next = static_cast<std::uint16_t>(bits + 1);
    if ((bits & 0x7fff) >= 0x7bff) continue;  // the next one is infinite
    const float above = half_to_float(next), middle = (value + above) / 2;
    REQUIRE(nearest_half(std::nextafter(middle, value)) == half);
    REQUIRE(nearest_half(std::nextafter(middle, above)) == next);
    REQUIRE(nearest_half(middle) == (bits % 2 == 0 ? half : next));
  }
  CHECK(nearest_half(65519) == 0x7bff);
  CHECK(nearest_half(65520) == 0x7bff);
  CHECK(nearest_half(-1e30f) == 0xfbff);
  CHECK(nearest_half(std::numeric_limits<float>::infinity()) == 0x7c00);
  CHECK(std::isnan(half_to_float(nearest_half(std::nanf("")))));
}

TEST_CASE("what weights are divided by is a power of two that leaves them at most one") {
  for (float largest : {1e-30f, 0.3f, 0.5f, 1.0f, 1.5f, 4.0f, 3e30f}) {
    const float scale = jit::half_scale(largest);
    int exponent = 0;
    CHECK(std::frexp(scale, &exponent) == 0.5f);
    CHECK(largest / scale <= 1);
    CHECK(largest / scale > 0.5f);
  }
  CHECK(jit::half_scale(0) == 1);
  CHECK(jit::half_scale(std::nanf("")) == 1);
}

TEST_CASE("half precision is for targets that ask for it and have it") {
  const Problem conv = kernels::parse_problem(half_layers()[1]),
                fc = kernels::parse_problem(half_layers()[4]);
  Target target;
  target.device.isa = Isa::neon;
  const auto families = [&](const Problem& p) {
    return std::count_if(jit::families().begin(), jit::families().end(), [&](const KernelFamily* f) {
      return f->traits().half_weights && f->supports(p, target);
    });
  };
  for (bool fp16 : {false, true})
    for (kernels::Accuracy accuracy :
         {kernels::Accuracy::exact, kernels::Accuracy::standard, kernels::Accuracy::half}) {
      target.device.features.fp16 = fp16;
      target.accuracy = accuracy;
      const int wanted = fp16 && accuracy == kernels::Accuracy::half ? 1 : 0;
      CHECK(families(conv) == wanted);
      CHECK(families(fc) == wanted);
    }
  target.device.isa = Isa::avx512;
  CHECK(families(conv) == 0);
}

TEST_CASE("half-precision families stay within their error bounds") {
  if (!has_halves()) RT3D_SKIP("no half-precision arithmetic here");
  std::vector<Problem> problems;
  for (const char* layer : half_layers()) problems.push_back(kernels::parse_problem(layer));
  for (const char* file : {"problems/conv.txt", "problems/fc.txt"}) {
    const std::vector<Problem> lines = read_problems(file);
    for (std::size_t i = 0; i < lines.size(); i += 4) problems.push_back(lines[i]);
  }
  const Target target = half_target();
  ThreadPool pool(target.threads);
  std::map<std::string, double> worst;
  for (const KernelFamily* family : jit::families()) {
    const auto bound = kHalfBounds.find(std::string(family->id()));
    if (bound == kHalfBounds.end()) continue;
    for (const Problem& p : problems) {
      if (!family->supports(p, target)) continue;
      const std::vector<Tensor> inputs = trained_like(p);
      const double error =
          relative_error(computed(*family, p, target, pool, inputs), kernels::ref::compute(p, inputs)[0]);
      CHECK_MESSAGE(error < bound->second, bound->first, ": ", error, " for ", p.text());
      if (std::ranges::find(half_layers(), p.text()) != half_layers().end())
        MESSAGE(bound->first, ": error ", error, " of the range: ", p.text());
      worst[bound->first] = std::fmax(worst[bound->first], error);
    }
  }
  CHECK(worst.size() == kHalfBounds.size());
  for (const auto& [id, error] : worst)
    MESSAGE(id, ": largest error ", error, " of the output's range, bound ", kHalfBounds.at(id));
}

TEST_CASE("sums of halves do not overflow, however large activations and weights are") {
  if (!has_halves()) RT3D_SKIP("no half-precision arithmetic here");
  const Target target = half_target();
  ThreadPool pool(target.threads);
  const auto families = jit::families();
  const auto direct = std::ranges::find(families, "conv.direct_f16.neon", &KernelFamily::id);
  REQUIRE(direct != families.end());
  for (const char* layer : {half_layers()[1], half_layers()[3]}) {
    const Problem p = kernels::parse_problem(layer);
    std::vector<Tensor> inputs;
    for (const kernels::Operand& in : p.inputs) {
      inputs.push_back(Tensor::allocate(in.desc));
      for (float& v : inputs.back().mutable_values<float>()) v = in.constant ? 300.0f : 65000.0f;
    }
    REQUIRE((*direct)->supports(p, target));
    // Equal products: roundings do not cancel out.
    CHECK(relative_error(computed(**direct, p, target, pool, inputs), kernels::ref::compute(p, inputs)[0]) <
          1e-2);
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
