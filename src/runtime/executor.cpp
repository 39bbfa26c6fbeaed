#include "runtime/executor.h"

#include <algorithm>
#include <chrono>

#include "base/heap.h"
#include "kernels/copy/reorder.h"

namespace rt3d::runtime {

namespace {

// The largest constants first: while a kernel packs, they are in memory twice, and with the last one everything is packed.
std::vector<std::size_t> by_bytes(const std::vector<Constants>& constants) {
  std::vector<std::size_t> order(constants.size()), bytes(constants.size());
  for (std::size_t i = 0; i < constants.size(); ++i) {
    order[i] = i;
    for (const Tensor& constant : constants[i]) bytes[i] += constant.byte_count();
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return bytes[a] > bytes[b]; });
  return order;
}

}  // namespace

Executor::Executor(Program& program, const kernels::Target& target, ThreadPool& pool, Extent extent)
    : plan_(program.plan), kernels_(program.kernels), pool_(pool) {
  step_ns_.assign(plan_.steps.size(), 0);
  if (extent == Extent::plan) {
    count_constants(program);
    return;
  }
  prepare(program);
  trim_heap();  // of what graph, plan and packing left behind, before memory is fullest
  // Zeroed once: lanes that nobody writes must be finite, and later everything stored is.
  arena_ = Buffer::zeroed(plan_.arena_bytes);
  bind(target);
}

void Executor::prepare(Program& program) {
  for (const std::size_t at : by_bytes(program.constants)) {
    const kernels::Problem& problem = plan_.choice_of(plan_.kernels[at]).problem;
    Constants& held = program.constants[at];
    kernels::Kernel& kernel = *kernels_[at];
    std::vector<const Tensor*> constants;
    std::size_t constant_bytes = 0;
    for (std::size_t i = 0; i < held.size(); ++i) {
      const bool constant = problem.inputs[i].constant;
      constants.push_back(constant ? &held[i] : nullptr);
      if (!constant) continue;
      constant_bytes += held[i].byte_count();
      if (held[i].scaled()) held[i] = held[i].in_memory();
    }
    kernel.prepare(constants, pool_);
    for (const Tensor* constant : constants)
      if (constant) constant->release_pages();
    held.clear();
    packed_bytes_ += kernel.packed_bytes();
    if (kernel.packed_bytes() == 0) shared_constant_bytes_ += constant_bytes;
  }
}

// What prepare() would pack, and what it would leave as the model holds it.
void Executor::count_constants(Program& program) {
  for (std::size_t at = 0; at < plan_.kernels.size(); ++at) {
    const Choice& choice = plan_.choice_of(plan_.kernels[at]);
    Constants& held = program.constants[at];
    packed_bytes_ += static_cast<std::size_t>(choice.packed_bytes);
    for (std::size_t i = 0; i < held.size() && choice.packed_bytes == 0; ++i)
      if (choice.problem.inputs[i].constant) shared_constant_bytes_ += held[i].byte_count();
    held.clear();
  }
}

// As many threads as the target has, or one when the step is estimated to end sooner than they come together.
int Executor::workers(const Step& step, const kernels::Target& target) const {
  constexpr double kWorthSharingNs = 15e3;
  const kernels::Target alone{target.device, 1};
  const Choice& choice = plan_.choice_of(step);
  const double ns = choice.family->estimate_ns(choice.problem, choice.schedule, alone);
  return ns < kWorthSharingNs ? 1 : target.threads;
}

void Executor::bind(const kernels::Target& target) {
  const auto addresses = [&](const std::vector<Location>& locations) {
    std::vector<std::byte*> out;
    out.reserve(locations.size());
    for (const Location& l : locations) out.push_back(l.storage == kNoStorage ? nullptr : address(l));
    return out;
  };
  for (const Step& step : plan_.steps) {
    Bound bound;
    bound.workers = workers(step, target);
    bound.kernel = kernels_[static_cast<std::size_t>(step.kernel)].get();
    bound.inputs = addresses(step.inputs);
    bound.outputs = addresses(step.outputs);
    if (step.scratch != kNoStorage)
      bound.scratch = arena_.data() + plan_.storages[static_cast<std::size_t>(step.scratch)].offset;
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      const kernels::Placement& p = step.outputs[i].placement;
      if (p.halo_h == 0 && p.halo_w == 0) continue;
      bound.halos.push_back(&step.outputs[i]);
      bound.halo_data.push_back(bound.outputs[i]);
    }
    bound_.push_back(std::move(bound));
  }
}

void Executor::run_step(std::size_t i) {
  const Bound& b = bound_[i];
  pool_.limit(b.workers);
  for (std::size_t j = 0; j < b.halos.size(); ++j)
    kernels::copy::zero_halo(b.halos[j]->desc.shape, reinterpret_cast<float*>(b.halo_data[j]),
                             b.halos[j]->placement, pool_);
  b.kernel->run({b.inputs, b.outputs, b.scratch, pool_});
}

void Executor::run() {
  for (std::size_t i = 0; i < bound_.size(); ++i) run_step(i);
}

void Executor::run_measured() {
  using Clock = std::chrono::steady_clock;
  auto before = Clock::now();
  for (std::size_t i = 0; i < bound_.size(); ++i) {
    run_step(i);
    const auto after = Clock::now();
    step_ns_[i] = std::chrono::duration_cast<std::chrono::nanoseconds>(after - before).count();
    before = after;
  }
}

}  // namespace rt3d::runtime
