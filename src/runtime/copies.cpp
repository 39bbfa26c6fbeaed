#include "runtime/copies.h"

#include <limits>

#include "base/error.h"
#include "kernels/reorder_problem.h"

namespace rt3d::runtime {
namespace {

// The fastest by estimate; without a family when nothing supports the problem.
Alternative best(const Backend& backend, const kernels::Problem& problem, const kernels::Target& target) {
  Alternative best;
  best.time_ns = std::numeric_limits<double>::infinity();
  for (const kernels::KernelFamily* family : supporting(backend, problem, target)) {
    kernels::Schedule schedule = family->space(problem, target).front();
    const double ns = family->estimate_ns(problem, schedule, target);
    if (!best.family || ns < best.time_ns) best = {family, std::move(schedule), Source::only_choice, ns};
  }
  return best;
}

}  // namespace

double Copies::ns(const TensorDesc& desc, kernels::Port from, kernels::Port to) const {
  return best(backend_, kernels::reorder_problem(desc, from, to), target_).time_ns;
}

Choice Copies::choice(const TensorDesc& desc, kernels::Port from, kernels::Port to) const {
  Choice choice;
  choice.problem = kernels::reorder_problem(desc, from, to);
  choice.text = choice.problem.text();
  choice.alternatives.push_back(best(backend_, choice.problem, target_));
  choice.take(0);
  if (!choice.family)
    fail(Code::unsupported, "no kernel of the device '", backend_.name, "' computes ", choice.text);
  return choice;
}

}  // namespace rt3d::runtime
