// OpenCL families that keep halves: for which sessions they are, and how far their results are from double precision, for each thing that
// their sums may be in. Sums of halves need a device that computes with halves: docs/testing.md says how to get one.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "cl/opencl_here.h"
#include "kernels/cl/cl.h"
#include "kernels/family_run.h"
#include "kernels/half_layers.h"
#include "kernels/ref/ref.h"

TEST_SUITE_BEGIN("cl");

namespace rt3d::tests {
namespace {

using kernels::Accuracy;
using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;

// By 13,824 products an output, of what is left of 1,728, and of each channel by itself.
constexpr const char* kMoreLayers[] = {
    "Conv 1x512x2x7x7,c16x512x3x3x3,c16 -> 1x16x2x7x7 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1",
    "Conv 1x64x4x14x14,c32x64x3x3x3,c32 -> 1x32x4x14x14 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "sparsity=kgs:8x4:30% strides=1x1x1",
    "Conv 1x32x4x14x14,c32x1x3x3x3,c32 -> 1x32x4x14x14 dilations=1x1x1 group=32 pads=1x1x1x1x1x1 "
    "strides=1x1x1"};

std::vector<Problem> half_problems() {
  std::vector<Problem> problems;
  for (const char* layer : half_layers()) problems.push_back(kernels::parse_problem(layer));
  for (const char* layer : kMoreLayers) problems.push_back(kernels::parse_problem(layer));
  return problems;
}

// Largest errors relative to the output's range: of weights as halves, of activations too, of sums in halves, and of these in parts that
// are added up in floats. docs/accuracy.md has what was measured.
constexpr double kWeightsBound = 1e-3, kSumBounds[] = {2e-3, 1e-2, 5e-3};
constexpr std::string_view kSumNames[] = {"sums of floats", "sums of halves", "parts of halves in floats"};

}  // namespace

TEST_CASE("OpenCL families of halves are for sessions that allow their error") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  for (const auto& [accuracy, weights, activations] : {std::tuple{Accuracy::exact, false, false},
                                                       {Accuracy::standard, true, false},
                                                       {Accuracy::half, true, true}}) {
    const kernels::Target target = opencl_engine(pool, accuracy)->target();
    for (const Problem& p : half_problems())
      for (const KernelFamily* family : kernels::cl::families()) {
        const kernels::Traits traits = family->traits();
        if (!family->supports(p, target)) continue;
        CAPTURE(family->id());
        CHECK((!traits.half_weights || weights));
        CHECK((!traits.half_inputs || activations));
      }
    // Of a convolution all or nothing, of a fully connected layer also its weights alone.
    const auto keeping_halves = [&](const char* layer) {
      return std::ranges::count_if(kernels::cl::families(), [&](const KernelFamily* family) {
        return family->traits().half_weights && family->supports(kernels::parse_problem(layer), target);
      });
    };
    CHECK(keeping_halves(half_layers()[1]) == (activations ? 1 : 0));
    CHECK(keeping_halves(half_layers()[4]) == (activations ? 2 : weights ? 1 : 0));
  }
}

TEST_CASE("OpenCL families of halves stay within their error bounds [slow: asan tsan aarch64]") {
  RT3D_NEEDS_OPENCL();
  ThreadPool pool(1);
  const auto engine = opencl_engine(pool, Accuracy::half);
  const kernels::Target target = engine->target();
  std::map<std::string, double> worst;
  for (const Problem& p : half_problems()) {
    std::vector<Tensor> inputs = trained_like(p);
    make_weights(p, 1, inputs);
    const Tensor want = kernels::ref::compute(p, inputs)[0];
    for (const KernelFamily* family : kernels::cl::families()) {
      const kernels::Traits traits = family->traits();
      if (!traits.half_weights || !family->supports(p, target)) continue;
      std::map<int, Schedule> of_sums;  // the best one by estimate
      for (const Schedule& schedule : family->space(p, target))
        of_sums.emplace(schedule.get("sums", 0), schedule);
      for (const auto& [sums, schedule] : of_sums) {
        const FamilyRun run =
            run_family(*family, p, schedule, target, pool, 0, inputs, UnusedLanes::finite, engine.get());
        const auto kind = static_cast<std::size_t>(sums);
        const std::string what = cat(family->id(), ", ", kSumNames[kind]);
        const double error = relative_error(run.outputs[0], want);
        const bool well =
            run.fault.empty() && error < (traits.half_inputs ? kSumBounds[kind] : kWeightsBound);
        const std::string tried = cat(what, " [", schedule.text(), "]: ", p.text(), ": ", run.fault);
        CHECK_MESSAGE(well, tried);
        MESSAGE(what, ": error ", error, " of the range: ", p.text());
        worst[what] = std::max(worst[what], error);
      }
    }
  }
  // Dense, sparse and depthwise convolution; a fully connected layer in all halves and with weights alone. More where sums may be halves.
  CHECK(worst.size() >= 5);
  for (const auto& [what, error] : worst) MESSAGE(what, ": largest error ", error, " of the output's range");
}

}  // namespace rt3d::tests

TEST_SUITE_END();
