#include "runtime/choosing/copies.h"

#include <limits>

#include "base/error.h"
#include "kernels/reorder_problem.h"

namespace rt3d::runtime {
namespace {

// The fastest by estimate; without a family when nothing supports the problem.
Alternative best(const Devices& devices, const kernels::Problem& problem) {
  Alternative best;
  best.time_ns = std::numeric_limits<double>::infinity();
  for (const Offer& offer : devices.supporting(problem)) {
    const kernels::Target& target = offer.engine->target();
    kernels::Schedule schedule = offer.family->space(problem, target).front();
    const double ns = offer.family->estimate_ns(problem, schedule, target);
    if (best.family && ns >= best.time_ns) continue;
    best.family = offer.family;
    best.engine = offer.engine;
    best.schedule = std::move(schedule);
    best.time_ns = ns;
  }
  return best;
}

}  // namespace

double Copies::ns(const Shape& shape, const kernels::Port& from, const kernels::Port& to) const {
  return best(devices_, kernels::reorder_problem(shape, from, to)).time_ns;
}

Choice Copies::choice(const Shape& shape, const kernels::Port& from, const kernels::Port& to) const {
  Choice choice;
  choice.problem = kernels::reorder_problem(shape, from, to);
  choice.text = choice.problem.text();
  choice.alternatives.push_back(best(devices_, choice.problem));
  choice.take(0);
  if (!choice.family)
    fail(Code::unsupported, "no kernel of the device '", devices_.names(), "' computes ", choice.text);
  return choice;
}

}  // namespace rt3d::runtime
