#include "runtime/planning/program.h"

#include "base/env.h"
#include "runtime/planning/memory_plan.h"

namespace rt3d::runtime {
namespace {

// Scratch of a step takes the place of tensors that are not needed then.
void place_scratch(Program& program) {
  Plan& plan = program.plan;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    Step& step = plan.steps[i];
    const kernels::Kernel& kernel = *program.kernels[static_cast<std::size_t>(step.kernel)];
    if (kernel.scratch_bytes() == 0) continue;
    step.scratch = static_cast<int>(plan.storages.size());
    plan.storages.push_back({.bytes = kernel.scratch_bytes(),
                             .space = plan.choice_of(step).engine->space(),
                             .dtype = kernel.scratch_apart() ? DType::u8 : DType::f32,
                             .first_step = static_cast<int>(i),
                             .last_step = static_cast<int>(i)});
  }
  place_storages(plan);
}

}  // namespace

void compile_kernels(Program& program) {
  const Plan& plan = program.plan;
  program.kernels.reserve(plan.kernels.size());
  program.prepared.assign(plan.kernels.size(), false);
  for (std::size_t i = 0; i < plan.kernels.size(); ++i) {
    const KernelSpec& spec = plan.kernels[i];
    const Choice& choice = plan.choice_of(spec);
    std::shared_ptr<kernels::Kernel> kernel;
    if (program.stock) kernel = program.stock->find(choice, spec, program.constants[i]);
    program.prepared[i] = kernel != nullptr;
    if (!kernel)
      kernel = choice.family->compile({choice.problem, choice.schedule, choice.engine->target(), spec.inputs,
                                       spec.outputs, choice.engine});
    program.kernels.push_back(std::move(kernel));
  }
}

void compile(Program& program) {
  compile_kernels(program);
  place_scratch(program);
  if (dump_enabled()) dump_text("plan.txt", program.plan.text());
}

}  // namespace rt3d::runtime
