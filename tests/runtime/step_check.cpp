#include "runtime/step_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "kernels/promises.h"
#include "kernels/ref/ref.h"
#include "kernels/reorder_problem.h"
#include "runtime/planning/planner.h"
#include "runtime/running/executor.h"

namespace rt3d::tests {
namespace {

using runtime::Choice;
using runtime::Location;

// The tensor that lies there, row-major.
Tensor read(const runtime::Executor& executor, const Location& location) {
  Tensor tensor = Tensor::allocate(location.desc);
  const std::byte* at = executor.address(location);
  if (runtime::dense(location)) {
    if (tensor.byte_count() > 0) std::memcpy(tensor.mutable_data(), at, tensor.byte_count());
    return tensor;
  }
  const auto* from = reinterpret_cast<const float*>(at);
  float* to = tensor.mutable_values<float>().data();
  const kernels::Placement& p = location.placement;
  const kernels::Dims5 s(location.desc.shape);
  for (std::int64_t n = 0; n < s.n; ++n)
    for (std::int64_t c = 0; c < s.c; ++c)
      for (std::int64_t d = 0; d < s.d; ++d)
        for (std::int64_t h = 0; h < s.h; ++h)
          for (std::int64_t w = 0; w < s.w; ++w)
            *to++ = from[n * p.n + c / p.block * p.c + c % p.block + d * p.d + h * p.h + w * p.block];
  return tensor;
}

// Of the output's range. Sums of a few thousand products of both signs are a tenth of their magnitudes or more (docs/accuracy.md).
double bound_of(const Choice& choice) {
  const Promise promised = promise(*choice.family, choice.problem);
  if (promised.error >= 1e-3) return promised.error;  // halves
  return promised.tile ? 4e-5 : 1e-5;
}

// Of the range of what is wanted; infinite where one is not a number.
double error_of(const Tensor& got, const Tensor& want) {
  if (want.dtype() != DType::f32)
    return std::ranges::equal(got.bytes(), want.bytes()) ? 0 : std::numeric_limits<double>::infinity();
  double worst = 0, range = 1e-30;
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.elements()); ++i) {
    const double w = static_cast<double>(want.values<float>()[i]);
    const double apart = std::fabs(static_cast<double>(got.values<float>()[i]) - w);
    worst = std::max(worst, std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart);
    range = std::max(range, std::fabs(w));
  }
  return worst / range;
}

}  // namespace

WorstStep worst_step(const graph::Graph& graph, const std::vector<Tensor>& inputs,
                     const kernels::Target& target) {
  ThreadPool pool(target.threads);
  const runtime::Devices devices("cpu", target, pool);
  runtime::TuningOptions tuning;
  tuning.mode = tuner::Mode::off;
  tuner::TuningDb db({});
  runtime::Program program = runtime::make_program(graph, {devices, tuning, db});
  const std::vector<runtime::Constants> constants = program.constants;  // the executor lets go of them
  runtime::Executor executor(program, devices);
  const runtime::Plan& plan = program.plan;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(executor.address(plan.inputs[i]), inputs[i].bytes().data(), inputs[i].byte_count());
  WorstStep worst;
  for (std::size_t at = 0; at < plan.steps.size(); ++at) {
    const runtime::Step& step = plan.steps[at];
    const Choice& choice = plan.choice_of(step);
    std::vector<Tensor> operands;
    for (std::size_t i = 0; i < choice.problem.inputs.size(); ++i) {
      const kernels::Operand& operand = choice.problem.inputs[i];
      operands.emplace_back();
      if (operand.constant)
        operands.back() = constants[static_cast<std::size_t>(step.kernel)][i].aligned_copy();
      else if (!operand.absent)
        operands.back() = read(executor, step.inputs[i]);
    }
    executor.run_step(at);
    ++worst.steps;
    const bool copies = choice.problem.op == kernels::kReorder;
    const std::vector<Tensor> want = copies ? operands : kernels::ref::compute(choice.problem, operands);
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      const double error = error_of(read(executor, step.outputs[i]), want[i]), bound = bound_of(choice);
      if (worst.steps > 1 && !(error / bound > worst.over_bound)) continue;
      worst.over_bound = error / bound;
      worst.text = cat("step ", at, " '", step.name, "', ", choice.family->id(), " [", choice.schedule.text(),
                       "]: ", error, " of its range, bound ", bound, ": ", choice.text);
    }
  }
  return worst;
}

}  // namespace rt3d::tests
