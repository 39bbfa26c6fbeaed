#include "runtime/running/executor.h"

#include <algorithm>

#include "base/heap.h"

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

Executor::Executor(Program& program, const Devices& devices, Extent extent)
    : plan_(program.plan), kernels_(program.kernels), devices_(devices) {
  step_times_.resize(plan_.steps.size());
  if (extent == Extent::plan) {
    count_constants(program);
    return;
  }
  prepare(program);
  trim_heap();  // of what graph, plan and packing left behind, before memory is fullest
  // Zeroed once: lanes that nobody writes must be finite, and later everything stored is.
  for (std::size_t space = 0; space < arenas_.size(); ++space)
    if (kernels::Engine* engine = devices.with(static_cast<kernels::Space>(space)))
      arenas_[space] = extent == Extent::untouched ? engine->allocate_untouched(plan_.arena_bytes[space])
                                                   : engine->allocate(plan_.arena_bytes[space]);
  bind();
}

Executor::~Executor() {
  kernels::Engine* device = devices_.with(kernels::Space::device);
  if (device == nullptr || bound_.empty()) return;
  try {
    device->finish();
  } catch (...) {  // it was lost: nothing runs any more
  }
}

void Executor::prepare(Program& program) {
  for (const std::size_t at : by_bytes(program.constants)) {
    const Choice& choice = plan_.choice_of(plan_.kernels[at]);
    std::size_t constant_bytes = 0;
    for (std::size_t i = 0; i < program.constants[at].size(); ++i)
      if (choice.problem.inputs[i].constant) constant_bytes += program.constants[at][i].byte_count();
    if (!program.prepared[at]) pack(program, at);
    program.constants[at].clear();
    count_packed(choice, kernels_[at]->packed_bytes());
    if (kernels_[at]->packed_bytes() == 0) shared_constant_bytes_ += constant_bytes;
  }
}

// Or takes what another plan's kernel packed.
void Executor::pack(Program& program, std::size_t at) {
  const KernelSpec& spec = plan_.kernels[at];
  const Choice& choice = plan_.choice_of(spec);
  kernels::Kernel& kernel = *kernels_[at];
  Constants& held = program.constants[at];
  const Constants given = program.stock ? held : Constants();
  const std::string key = program.stock ? kernel.packing_key() : std::string();
  std::shared_ptr<const void> packed;
  if (!key.empty()) packed = program.stock->packed(key, held);
  if (!packed) {
    std::vector<const Tensor*> constants;
    for (std::size_t i = 0; i < held.size(); ++i) {
      const bool constant = choice.problem.inputs[i].constant;
      constants.push_back(constant ? &held[i] : nullptr);
      if (constant && held[i].scaled()) held[i] = held[i].in_memory();
    }
    kernel.prepare(constants, program.packing ? *program.packing : devices_.host().pool());
    for (const Tensor* constant : constants)
      if (constant) constant->release_pages();
    if (!key.empty()) program.stock->add_packed(key, given, kernel.packed());
  } else {
    kernel.adopt(std::move(packed));
  }
  if (program.stock) program.stock->add(choice, spec, given, kernels_[at]);
  program.prepared[at] = true;
}

void Executor::count_packed(const Choice& choice, std::size_t bytes) {
  packed_bytes_ += bytes;
  if (choice.engine->space() == kernels::Space::device) device_packed_bytes_ += bytes;
}

// What prepare() would pack, and what it would leave as the model holds it.
void Executor::count_constants(Program& program) {
  for (std::size_t at = 0; at < plan_.kernels.size(); ++at) {
    const Choice& choice = plan_.choice_of(plan_.kernels[at]);
    Constants& held = program.constants[at];
    count_packed(choice, static_cast<std::size_t>(choice.packed_bytes));
    for (std::size_t i = 0; i < held.size() && choice.packed_bytes == 0; ++i)
      if (choice.problem.inputs[i].constant) shared_constant_bytes_ += held[i].byte_count();
    held.clear();
  }
}

// As many threads as the target has, or one when the step is estimated to end sooner than they come together.
int Executor::workers(const Step& step) const {
  constexpr double kWorthSharingNs = 15e3;
  const Choice& choice = plan_.choice_of(step);
  const kernels::Target& target = choice.engine->target();
  const kernels::Target alone{target.device, 1};
  const double ns = choice.family->estimate_ns(choice.problem, choice.schedule, alone);
  return ns < kWorthSharingNs ? 1 : target.threads;
}

kernels::Place Executor::place(const Location& location) const {
  if (location.storage == kNoStorage) return {};
  return {arena(plan_.space_of(location)), plan_.offset_bytes(location)};
}

bool Executor::crosses(const Step& step) const {
  const kernels::Space own = plan_.choice_of(step).engine->space();
  for (const auto* side : {&step.inputs, &step.outputs})
    for (const Location& location : *side)
      if (location.storage != kNoStorage && plan_.space_of(location) != own) return true;
  return false;
}

bool Executor::writes(const Step& step, kernels::Space space) const {
  return std::any_of(step.outputs.begin(), step.outputs.end(), [&](const Location& location) {
    return location.storage != kNoStorage && plan_.space_of(location) == space;
  });
}

void Executor::bind() {
  const auto places = [&](const std::vector<Location>& locations) {
    std::vector<kernels::Place> out;
    out.reserve(locations.size());
    for (const Location& l : locations) out.push_back(place(l));
    return out;
  };
  for (const Step& step : plan_.steps) {
    Bound bound;
    bound.workers = workers(step);
    bound.kernel = kernels_[static_cast<std::size_t>(step.kernel)].get();
    bound.inputs = places(step.inputs);
    bound.outputs = places(step.outputs);
    bound.engine = plan_.choice_of(step).engine;
    bound.crosses = crosses(step);
    if (step.scratch != kNoStorage) {
      const Storage& scratch = plan_.storages[static_cast<std::size_t>(step.scratch)];
      bound.scratch = {arena(scratch.space), scratch.offset};
    }
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      const kernels::Placement& p = step.outputs[i].placement;
      if (p.halo_h == 0 && p.halo_w == 0) continue;
      const Bound::Halo& halo = bound.halos.emplace_back(
          Bound::Halo{devices_.with(plan_.space_of(step.outputs[i])), &step.outputs[i], bound.outputs[i]});
      // Once now, so that a device has compiled it before the first run.
      if (halo.engine->space() != kernels::Space::host)
        halo.engine->zero_halo(halo.output->desc, halo.place, halo.output->placement, bound.workers);
    }
    bound_.push_back(std::move(bound));
    if (writes(step, kernels::Space::device)) first_waiting_ = bound_.size();
  }
  if (first_waiting_ == 0) first_waiting_ = bound_.size();  // no device computes
}

void Executor::run_step(std::size_t i) {
  const Bound& b = bound_[i];
  for (const Bound::Halo& halo : b.halos)
    halo.engine->zero_halo(halo.output->desc, halo.place, halo.output->placement, b.workers);
  b.engine->run(*b.kernel, {b.inputs, b.outputs, b.scratch, b.engine->pool()}, b.workers);
  if (b.crosses) b.engine->finish();
}

void Executor::run() {
  start();
  wait();
}

void Executor::start() {
  for (std::size_t i = 0; i < first_waiting_; ++i) run_step(i);
  if (kernels::Engine* device = devices_.with(kernels::Space::device)) device->flush();
}

void Executor::wait() {
  for (std::size_t i = first_waiting_; i < bound_.size(); ++i) run_step(i);
}

void Executor::let_go_of_memory() {
  if (const auto& host = arenas_[static_cast<std::size_t>(kernels::Space::host)]) host->let_go();
}

void Executor::prepare_to_measure() {
  for (const Bound& bound : bound_)
    if (std::unique_ptr<kernels::StepTimer>& timer = timers_[bound.engine]; !timer)
      timer = bound.engine->make_timer();
}

void Executor::measure(kernels::StepTimer& timer, std::size_t first, std::size_t last) {
  timer.begin(std::span(step_times_).subspan(first, last - first));
  for (std::size_t i = first; i < last; ++i) {
    run_step(i);
    timer.end_step();
  }
  timer.end();
}

// Stretches of steps on one engine, by its timer. A step between spaces is one by itself: what the host does in it, and waits for, no device's
// clock tells.
void Executor::run_measured() {
  for (std::size_t first = 0, last = 0; first < bound_.size(); first = last) {
    kernels::Engine& engine = *bound_[first].engine;
    if (bound_[first].crosses) {
      kernels::ClockTimer clock(engine);
      measure(clock, first, last = first + 1);
      continue;
    }
    while (last < bound_.size() && bound_[last].engine == &engine && !bound_[last].crosses) ++last;
    measure(*timers_.at(&engine), first, last);
  }
}

}  // namespace rt3d::runtime
