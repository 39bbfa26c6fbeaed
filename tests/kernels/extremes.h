// Checks families on real-valued and extreme data against the reference backend: what docs/accuracy.md promises about rounding,
// NaN, infinities and numbers near the ends of a float's range.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/tensor.h"
#include "kernels/engine.h"
#include "kernels/family.h"

namespace rt3d::tests {

enum class Data {
  ordinary,    // normal numbers, some zeros and denormals
  cancelling,  // the same around 10,000, with weights that add up to zero
  nans,        // ordinary numbers and a few NaNs
  infinities,  // … and a few infinities
  huge,        // … and a few of 3e38, of the smallest normal number and denormals
  half_ends,   // … and a few around the largest half and among its denormals
};
inline constexpr std::array kAllData{Data::ordinary, Data::cancelling, Data::nans, Data::infinities,
                                     Data::huge};
inline constexpr std::array kHalfData{Data::ordinary,   Data::cancelling, Data::nans,
                                      Data::infinities, Data::huge,       Data::half_ends};

// Inputs of a problem, what the reference makes of them, and what bounds the answers of other methods.
struct Extremes {
  Data data = Data::ordinary;
  std::uint64_t seed = 0;
  std::vector<Tensor> inputs;
  Tensor want;  // as the reference computes it
  Tensor
      kept;  // the same where denormals are none of them zeros, of what multiplies nothing: a device may keep them
  Tensor finite;      // the same where what is not finite in the inputs is zero
  Tensor magnitudes;  // sums of |weight| · |input|, of what is finite; the activation left out
  Tensor widened;     // the same with every weight of a convolution as large as the largest of its kernel
  Tensor reach;       // how many inputs that are not finite an output has in its window
  Tensor multiplied;  // how many of these are multiplied by a weight that is not zero
};
std::string_view data_name(Data data);
bool multiplies(const kernels::Problem& problem);  // its inputs by weights
bool averages(const kernels::Problem& problem);
Extremes extremes(const kernels::Problem& problem, Data data, std::uint64_t seed);
// What a family of halves makes of its input: what lies beyond 65504 counts as that.
Extremes as_halves(const kernels::Problem& problem, Extremes e);
// What lies in memory as halves: rounded, and infinite beyond 65504.
Extremes stored_as_halves(const kernels::Problem& problem, Extremes e);

// What was compared, for a report: the largest error of finite values relative to the magnitudes.
struct ExtremesCount {
  std::int64_t checks = 0, failures = 0;
  std::int64_t finite = 0, not_finite = 0;  // elements of which one answer is right
  std::int64_t free = 0;                    // elements that may be anything: their sums may overflow
  double largest_error = 0;
};

// Runs the family and reports one failed check with the first difference unless all is well.
void check_extremes(const kernels::KernelFamily& family, const kernels::Problem& problem,
                    const kernels::Schedule& schedule, const kernels::Target& target, ThreadPool& pool,
                    const Extremes& e, ExtremesCount& count, kernels::Engine* engine = nullptr);

}  // namespace rt3d::tests
