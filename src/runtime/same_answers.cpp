#include "runtime/same_answers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace rt3d::runtime {
namespace {

// Of the output's range. Plans of Accuracy::half differ by up to 1e-2, all others by 1e-3 at the most (docs/accuracy.md).
constexpr double kOther = 0.1;
constexpr std::uint64_t kSeed = 2021;

std::span<float> floats_at(const Executor& executor, const Location& location) {
  return {reinterpret_cast<float*>(executor.address(location)),
          static_cast<std::size_t>(location.desc.shape.elements())};
}

// Memory of inputs may be used again within a run.
void run_on_seeded_inputs(Prepared& one) {
  Random random(kSeed);
  for (const Location& input : one.plan.inputs)
    if (input.storage != kNoStorage && input.desc.dtype == DType::f32)
      for (float& value : floats_at(*one.executor, input)) value = random.uniform(-1, 1);
  one.executor->run();
}

// The largest difference as a share of the largest magnitude.
double difference(std::span<const float> wanted, std::span<const float> got) {
  double largest = 0, worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!std::isfinite(wanted[i])) continue;
    const double d = std::fabs(static_cast<double>(got[i]) - static_cast<double>(wanted[i]));
    worst = std::max(worst, std::isnan(d) ? std::numeric_limits<double>::infinity() : d);
    largest = std::max(largest, std::fabs(static_cast<double>(wanted[i])));
  }
  return worst / std::max(largest, 1e-30);
}

}  // namespace

std::string different_answers(Prepared& cpu, Prepared& other) {
  run_on_seeded_inputs(cpu);
  run_on_seeded_inputs(other);
  for (std::size_t i = 0; i < cpu.plan.outputs.size(); ++i) {
    const Location& mine = cpu.plan.outputs[i].location;
    const Location& its = other.plan.outputs[i].location;
    if (mine.storage == kNoStorage || its.storage == kNoStorage || mine.desc.dtype != DType::f32) continue;
    const double d = difference(floats_at(*cpu.executor, mine), floats_at(*other.executor, its));
    if (d > kOther)
      return cat("its output '", cpu.outputs[i].name, "' differs from the CPU's by ", d, " of its range");
  }
  return "";
}

}  // namespace rt3d::runtime
