// Long sums: thousands of products, as they come in convolution and fully connected layers, with data that make rounding count. Errors
// are relative to the sum of |weight| · |input|: what a sum leaves may be any part of that.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"
#include "isas_here.h"
#include "jit/families_reached.h"
#include "jit/jit.h"
#include "kernels/family_run.h"
#include "kernels/ref/ref.h"
#include "kernels/sparsity.h"

TEST_SUITE_BEGIN("jit");

namespace rt3d::tests {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

// Sparse code is given weights without zeros: the most terms.
const std::array kProblems{
    "Conv 1x256x2x5x6,c32x256x3x3x3,c32 -> 1x32x2x5x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 strides=1x1x1",
    "Conv 1x256x2x5x6,c32x256x3x3x3,c32 -> 1x32x2x5x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "sparsity=kgs:16x16:90% strides=1x1x1",
    "Conv 1x256x2x5x6,c32x256x3x3x3,c32 -> 1x32x2x5x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "sparsity=kgs:8x4:90% strides=1x1x1",
    "Conv 1x256x2x5x6,c32x256x3x3x3,c32 -> 1x32x2x5x6 dilations=1x1x1 group=1 pads=1x1x1x1x1x1 "
    "sparsity=kgs:4x4:90% strides=1x1x1",
    "Conv 1x2048x2x5x6,c32x2048x1x1x1,c32 -> 1x32x2x5x6 dilations=1x1x1 group=1 pads=0x0x0x0x0x0 "
    "strides=1x1x1",
    "Gemm 1x25088,c32x25088,c32 -> 1x32",
    "Gemm 9x25088,c32x25088,c32 -> 9x32",
    "Gemm 1x25088,c32x25088,c32 -> 1x32 sparsity=vanilla:8x4:90%",
};

struct Data {
  const char* name;
  double offset;   // of inputs
  bool zero_sum;   // of each output's weights
  bool positive;   // both
  double largest;  // error that families keep, and …
  double rms;      // … its root mean square
};
// Running sums over all products lose 2 to 10 times as much.
constexpr Data kData[] = {{"cancelling", 1e4, true, false, 1e-7, 9e-9},
                          {"normal", 0, false, false, 1e-7, 1.2e-8},
                          {"positive", 0, false, true, 1e-6, 2.5e-7}};
// Winograd's methods:
constexpr double kWinogradLargest = 4e-6, kWinogradTimesRms = 6;

Tensor absolute(const Tensor& t) {
  Tensor out = Tensor::allocate(t.desc());
  std::transform(t.values<float>().begin(), t.values<float>().end(), out.mutable_values<float>().begin(),
                 [](float v) { return std::fabs(v); });
  return out;
}

std::vector<Tensor> drawn(const Problem& p, const Data& data, Random& random) {
  std::vector<Tensor> inputs;
  for (std::size_t i = 0; i < p.inputs.size(); ++i) {
    Tensor t = Tensor::allocate({DType::f32, p.input_shape(i)});
    for (float& v : t.mutable_values<float>())
      v = i == 2 ? 0.0f : random.normal() + static_cast<float>(i == 0 ? data.offset : 0);
    if (i == 1 && data.zero_sum) {
      const std::int64_t outputs = t.shape()[0], each = t.elements() / outputs;
      for (std::int64_t o = 0; o < outputs; ++o) {
        const auto row = t.mutable_values<float>().subspan(static_cast<std::size_t>(o * each),
                                                           static_cast<std::size_t>(each));
        const double mean = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(each);
        for (float& v : row) v = static_cast<float>(static_cast<double>(v) - mean);
      }
    }
    inputs.push_back(data.positive ? absolute(t) : t);
  }
  return inputs;
}

// Among its schedules the estimate's choice, and those with the longest and the shortest chunk of input channels.
std::vector<Schedule> with_all_chunks(const std::vector<Schedule>& space) {
  const auto chunk = [](const Schedule& s) { return s.get("ic_chunk"); };
  if (space.front().text().find("ic_chunk") == std::string::npos) return {space.front()};
  const auto [least, most] = std::minmax_element(
      space.begin(), space.end(), [&](const Schedule& a, const Schedule& b) { return chunk(a) < chunk(b); });
  return {space.front(), *least, *most};
}

Tensor all_largest(const Tensor& t) {
  Tensor out = Tensor::allocate(t.desc());
  const auto values = t.values<float>();
  std::fill(out.mutable_values<float>().begin(), out.mutable_values<float>().end(),
            *std::max_element(values.begin(), values.end()));
  return out;
}

struct Error {
  double largest = 0, squares = 0;
  std::int64_t count = 0;

  void add(const Tensor& got, const Tensor& want, const Tensor& magnitudes) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i, ++count) {
      const double error = std::fabs(static_cast<double>(got.values<float>()[i]) -
                                     static_cast<double>(want.values<float>()[i])) /
                           static_cast<double>(magnitudes.values<float>()[i]);
      largest = std::fmax(largest, error);
      squares += error * error;
    }
  }
  double rms() const { return std::sqrt(squares / static_cast<double>(count)); }
};

void check(const KernelFamily& family, const Problem& p, const Data& data, const Target& target,
           ThreadPool& pool, std::span<const Tensor> inputs, const Tensor& want, const Tensor& magnitudes) {
  const std::string id(family.id());
  const bool winograd = family.traits().winograd.has_value();
  // A tile's errors are those of its largest sums: borders have smaller ones.
  const Tensor sizes = winograd ? all_largest(magnitudes) : magnitudes;
  for (const Schedule& schedule : with_all_chunks(family.space(p, target))) {
    const FamilyRun run = run_family(family, p, schedule, target, pool, 0, inputs, UnusedLanes::finite);
    Error error;
    error.add(run.outputs.at(0), want, sizes);
    const std::string text = cat(id, " [", schedule.text(), "] ", data.name, ": error up to ", error.largest,
                                 ", root mean square ", error.rms(), ": ", p.text());
    CHECK_MESSAGE(run.fault.empty(), text, ": ", run.fault);
    CHECK_MESSAGE(error.largest <= (winograd ? kWinogradLargest : data.largest), text);
    CHECK_MESSAGE(error.rms() <= (winograd ? kWinogradTimesRms : 1) * data.rms, text);
  }
}

// Families that add up thousands of products of floats: no pools, streams and few products, and depth alone has shorter sums.
bool sums_many(std::string_view id) {
  for (const char* other : {"pool.", "elementwise.", "conv.depthwise.", "conv.grouped.", "_f16.", "s1."})
    if (id.find(other) != std::string_view::npos) return false;
  return true;
}

}  // namespace

TEST_CASE("sums of thousands of products keep their bounds, however they are cut [slow: asan tsan]") {
  ThreadPool pool(1);
  FamiliesReached reached;
  for (const char* line : kProblems)
    for (const Data& data : kData) {
      const Problem p = kernels::parse_problem(line);
      Random random(5);
      const std::vector<Tensor> inputs = drawn(p, data, random);
      std::vector<Tensor> sizes;
      sizes.reserve(inputs.size());
      for (const Tensor& t : inputs) sizes.push_back(absolute(t));
      const Tensor want = kernels::ref::compute(p, inputs).at(0),
                   magnitudes = kernels::ref::compute(p, sizes).at(0);
      for (Isa isa : isas_here()) {
        const Target target{device_with(isa), 1};
        for (const KernelFamily* family : jit::families()) {
          const bool sparse = family->traits().leaves_zeros;
          if (sparse != p.attributes.has(kernels::kSparsityAttribute) || !family->supports(p, target))
            continue;
          check(*family, p, data, target, pool, inputs, want, magnitudes);
          reached.add(isa, *family);
        }
      }
    }
  reached.check(isas_here(), sums_many);
}

}  // namespace rt3d::tests

TEST_SUITE_END();
