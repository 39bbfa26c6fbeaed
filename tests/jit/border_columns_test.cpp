// conv.direct reads nothing that lies outside an image narrow enough for border tiles with code of their own.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/thread_pool.h"
#include "isas_here.h"
#include "jit/direct/family.h"
#include "kernels/compare.h"
#include "kernels/problem.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {

TEST_CASE("direct convolution leaves out kernel columns outside a narrow image, whatever its halo holds") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  ThreadPool pool(1);
  for (Isa isa : isas_here()) {
    for (const char* text :
         {"Conv 1x16x2x1x7,c16x16x1x1x3,c16 -> 1x16x2x1x7 pads=0x0x1x0x0x1",
          "Conv 1x16x2x1x28,c16x16x1x1x3,c16 -> 1x16x2x1x28 pads=0x0x1x0x0x1",
          "Conv 1x16x2x1x9,c16x16x1x1x5,c16 -> 1x16x2x1x5 pads=0x0x2x0x0x2 strides=1x1x2"}) {
      CAPTURE(text);
      const kernels::Problem problem = kernels::parse_problem(text);
      const kernels::Target target{device_with(isa), 1, kernels::Accuracy::exact};
      const kernels::KernelFamily& family = jit::conv_direct(isa);
      REQUIRE(family.supports(problem, target));
      const kernels::Ports ports = family.ports(problem, target);
      const auto in = kernels::Placement::of(problem.input_shape(0), ports.inputs[0]);
      const auto out = kernels::Placement::of(problem.outputs[0].shape, ports.outputs[0]);
      REQUIRE(in.halo_w > 0);
      std::vector<float> input(static_cast<std::size_t>(in.elements(problem.input_shape(0))), nan);
      std::vector<float> output(static_cast<std::size_t>(out.elements(problem.outputs[0].shape)), nan);
      const kernels::Dims5 s(problem.input_shape(0));
      for (std::int64_t c = 0; c < s.c / in.block; ++c)
        for (std::int64_t d = 0; d < s.d; ++d)
          std::fill_n(input.data() + in.origin() + c * in.c + d * in.d, s.w * in.block, 1.0f);
      Tensor weights = Tensor::allocate(problem.inputs[1].desc),
             bias = Tensor::allocate(problem.inputs[2].desc);
      std::fill_n(weights.mutable_values<float>().data(), weights.elements(), 1.0f);
      std::fill_n(bias.mutable_values<float>().data(), bias.elements(), 0.0f);
      const std::vector<const Tensor*> constants{nullptr, &weights, &bias};
      for (const kernels::Schedule& schedule : family.space(problem, target)) {
        const auto kernel = family.compile({problem, schedule, target, {in, {}, {}}, {out}});
        kernel->prepare(constants, pool);
        kernels::Place inputs[] = {reinterpret_cast<std::byte*>(input.data() + in.origin()), {}, {}};
        kernels::Place outputs[] = {reinterpret_cast<std::byte*>(output.data() + out.origin())};
        kernel->run({inputs, outputs, {}, pool});
        const kernels::Dims5 o(problem.outputs[0].shape);
        for (std::int64_t x = 0; x < o.w; ++x) {
          CAPTURE(x);
          REQUIRE(std::isfinite(output[static_cast<std::size_t>(out.origin() + x * out.block)]));
        }
      }
    }
  }
}

}  // namespace rt3d::tests

TEST_SUITE_END();
