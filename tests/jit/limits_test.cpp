// Generated code at the ends of a float's range, and with NaN: activations in every lane and place of a batch, maxima with NaN in
// every place of their window. Beside other work in convolutions and the like: extremes_test.cpp.
#include <doctest/doctest.h>

#include "isas_here.h"
#include "jit/rows/pool.h"
#include "jit/stream/elementwise.h"
#include "kernels/activation_limits.h"
#include "kernels/family_run.h"
#include "kernels/tensors.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

std::vector<float> run(const kernels::KernelFamily& family, const kernels::Problem& p, Isa isa,
                       ThreadPool& pool, const Tensor& x) {
  const kernels::Target target{device_with(isa), pool.size(), kernels::Accuracy::standard};
  REQUIRE(family.supports(p, target));
  const FamilyRun r = run_family(family, p, family.space(p, target)[0], target, pool, 0,
                                 std::vector<Tensor>{x}, UnusedLanes::finite);
  CHECK(r.fault == "");
  return values<float>(r.outputs.at(0));
}

}  // namespace

TEST_CASE("activations of generated code have PyTorch's limits and keep NaN") {
  ThreadPool pool(1);
  constexpr std::int64_t kCount = 16 * 4 + 16 + 3;  // a batch of vectors, one alone and a part of one
  for (Isa isa : isas_here())
    for (const ActivationLimit& limit : kActivationLimits) {
      kernels::Problem p = kernels::parse_problem(cat("Activation ", kCount, "x1 -> ", kCount, "x1"));
      kernels::set_activation(p.attributes, limit.activation);
      std::vector<float> x(kCount, limit.x);
      for (std::size_t i = 1; i < x.size(); i += 3) x[i] = i % 2 == 0 ? kNaN : -kNaN;
      INFO(std::string(isa_name(isa)), " ", p.text(), " of ", limit.x);
      const std::vector<float> y = run(jit::elementwise_stream(isa), p, isa, pool, f32({kCount, 1}, x));
      for (std::size_t i = 0; i < y.size(); ++i)
        CHECK_MESSAGE(is_limit(y[i], std::isnan(x[i]) ? kNaN : limit.y), i, ": ", y[i]);
    }
}

TEST_CASE("a maximum of generated code is NaN wherever its window holds one, and only there") {
  ThreadPool pool(1);
  constexpr std::int64_t kD = 2, kH = 3, kW = 20;
  const kernels::Problem p = kernels::parse_problem(
      "MaxPool 1x1x2x3x20 -> 1x1x2x3x20 kernel_shape=3x3x3 strides=1x1x1 pads=1x1x1x1x1x1 dilations=1x1x1");
  for (Isa isa : isas_here())
    for (std::int64_t at = 0; at < kD * kH * kW; ++at) {
      std::vector<float> x(kD * kH * kW);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7 % 11) - 5;
      x[static_cast<std::size_t>(at)] = at % 2 == 0 ? kNaN : -kNaN;
      const std::vector<float> y = run(jit::pool_window(isa), p, isa, pool, f32({1, 1, kD, kH, kW}, x));
      for (std::int64_t i = 0; i < kD * kH * kW; ++i) {
        const bool inside = std::abs(i % kW - at % kW) <= 1 && std::abs(i / kW % kH - at / kW % kH) <= 1;
        CHECK_MESSAGE(std::isnan(y[static_cast<std::size_t>(i)]) == inside, isa_name(isa), ": NaN at ", at,
                      ", output ", i, " is ", y[static_cast<std::size_t>(i)]);
      }
    }
}

TEST_CASE("a maximum of minus infinities is one in generated code, whatever pads it") {
  ThreadPool pool(1);
  const kernels::Problem p = kernels::parse_problem(
      "MaxPool 1x3x1x2x5 -> 1x3x1x2x5 kernel_shape=1x3x3 strides=1x1x1 pads=0x1x1x0x1x1 dilations=1x1x1");
  for (Isa isa : isas_here())
    for (float y :
         run(jit::pool_window(isa), p, isa, pool, f32({1, 3, 1, 2, 5}, std::vector<float>(30, -kInf))))
      CHECK(y == -kInf);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
