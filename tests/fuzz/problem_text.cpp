// Target: a problem's text in the first line, a schedule's in the second: what parses prints a text that parses to the same, and
// what a family says it supports it compiles, with the schedule given where that is legal and with its own otherwise.
#include "base/error.h"
#include "harness.h"
#include "jit/jit.h"
#include "kernels/problem.h"
#include "kernels/schedule.h"

namespace rt3d::fuzz {
namespace {

using kernels::KernelFamily;
using kernels::Problem;
using kernels::Schedule;
using kernels::Target;

// Of operands and results, and of work: what is larger has larger spaces of schedules, not another kind of code.
constexpr std::int64_t kManyElements = 1 << 14, kManyMacs = 1 << 20;

bool small(const Problem& problem) {
  std::int64_t elements = 0;
  for (const kernels::Operand& operand : problem.inputs)
    if (!operand.absent) elements += operand.desc.shape.elements();
  for (const TensorDesc& desc : problem.outputs) elements += desc.shape.elements();
  return elements <= kManyElements && kernels::multiply_accumulates(problem) <= kManyMacs;
}

void compile(const KernelFamily& family, const Problem& problem, const Schedule& schedule,
             const Target& target) {
  const kernels::Ports ports = family.ports(problem, target);
  kernels::KernelRequest request{problem, schedule, target, {}, {}};
  for (std::size_t i = 0; i < problem.inputs.size(); ++i) {
    const kernels::Operand& operand = problem.inputs[i];
    const bool passed = !operand.absent && !operand.constant;
    request.inputs.push_back(passed ? kernels::Placement::of(operand.desc.shape, ports.inputs.at(i))
                                    : kernels::Placement{});
  }
  for (std::size_t i = 0; i < problem.outputs.size(); ++i)
    request.outputs.push_back(kernels::Placement::of(problem.outputs[i].shape, ports.outputs.at(i)));
  expect(family.compile(request) != nullptr, "a family compiled nothing");
}

void compile_everywhere(const Problem& problem, const Schedule* told) {
  if (!small(problem)) return;
  for (const Isa isa : {Isa::avx2, Isa::avx512, Isa::neon}) {
    if (!isa_runs_here(isa)) continue;
    const Target target{.device = device_with(isa), .threads = 1};
    for (const KernelFamily* family : jit::families()) {
      if (!family->supports(problem, target)) continue;
      const bool legal = told && family->tunables(problem, target).allow(*told);
      const Schedule schedule = legal ? *told : family->space(problem, target).at(0);
      expect(family->estimate_ns(problem, schedule, target) > 0, "a schedule takes no time");
      compile(*family, problem, schedule, target);
    }
  }
}

}  // namespace

void fuzz_one(std::span<const std::byte> input) {
  const std::string_view text = text_of(input);
  const std::size_t end = text.find('\n');
  Schedule schedule;
  bool has_schedule = false;
  if (end != text.npos) {
    try {
      schedule = kernels::parse_schedule(text.substr(end + 1));
      has_schedule = true;
      expect(kernels::parse_schedule(schedule.text()) == schedule, "a schedule's text reads as another one");
    } catch (const Error&) {  // then the problem is still worth reading
    }
  }
  const Problem problem = kernels::parse_problem(text.substr(0, end));
  const Problem again = kernels::parse_problem(problem.text());
  expect(again.text() == problem.text(), "a problem's text reads as another one");
  compile_everywhere(problem, has_schedule ? &schedule : nullptr);
}

}  // namespace rt3d::fuzz
