#include "runtime/prepared.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "jit/jit.h"
#include "kernels/conv_shape.h"
#include "runtime/planning/planner.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;

bool has_sparse_code(const Devices& devices, const Choice& choice) {
  const std::vector<Offer> offers = devices.supporting(choice.problem);
  return std::any_of(offers.begin(), offers.end(),
                     [](const Offer& o) { return o.family->traits().leaves_zeros; });
}

StepReport report_of(const Plan& plan, const Step& step, const RemovedChannels& removed, bool sparse_code) {
  const Choice& choice = plan.choice_of(step);
  StepReport report;
  if (step.node >= 0)
    static_cast<StepSparsity&>(report) =
        step_sparsity(choice, plan.zeros[static_cast<std::size_t>(step.node)], removed, sparse_code);
  report.name = step.name;
  report.problem = choice.text;
  report.family = choice.family->id();
  report.schedule = choice.schedule.text();
  report.source = source_name(choice.source);
  report.macs = kernels::multiply_accumulates(choice.problem);
  report.useful_macs = kernels::useful_multiply_accumulates(choice.problem);
  report.executed_macs =
      choice.family->executed_multiply_accumulates(choice.problem, choice.schedule, choice.engine->target());
  return report;
}

std::size_t bytes_of(const NamedDesc& port) {
  return static_cast<std::size_t>(port.desc.shape.elements()) * dtype_bytes(port.desc.dtype);
}

}  // namespace

Prepared::Prepared(const graph::Graph& model, const SessionOptions& options, Weights weights)
    : Prepared(std::make_shared<Platform>(options), std::make_shared<NormalForm>(model, options), options,
               weights) {}

Prepared::Prepared(std::shared_ptr<Platform> on, std::shared_ptr<NormalForm> of,
                   const SessionOptions& options, Weights weights, Executor::Extent extent)
    : platform(std::move(on)), form(std::move(of)), profile(options.profile), plan_only(options.plan_only) {
  const auto start = Clock::now();
  make_plan(options);
  if (weights == Weights::keep) kept = program.constants;
  prepare(plan_only ? Executor::Extent::plan : extent);
  count(options, start);
  log_itself();
}

Prepared::Prepared(const Prepared& before, Program&& made, const SessionOptions& options)
    : platform(before.platform),
      form(before.form),
      profile(before.profile),
      plan_only(before.plan_only),
      program(std::move(made)) {
  const auto start = Clock::now();
  stats.detect_ns = before.stats.detect_ns;
  prepare(plan_only ? Executor::Extent::plan : Executor::Extent::untouched);
  count(options, start);
}

std::shared_ptr<Prepared> Prepared::newer_than(const Prepared& now, const SessionOptions& options,
                                               ThreadPool* packing) {
  TuningOptions remembered;
  remembered.mode = tuner::Mode::off;
  const Platform& on = *now.platform;
  Program program = make_program(*now.form->graph, {.devices = on.devices,
                                                    .tuning = remembered,
                                                    .db = *on.db,
                                                    .memory_limit = options.memory_limit,
                                                    .weight_limit = options.weight_limit,
                                                    .zeros = &*now.form->zeros,
                                                    .stock = on.stock});
  const bool same = std::ranges::equal(program.kernels, now.program.kernels);
  if (same) return nullptr;
  program.packing = packing;
  return std::shared_ptr<Prepared>(new Prepared(now, std::move(program), options));
}

void Prepared::prepare(Executor::Extent extent) {
  const auto start = Clock::now();
  executor.emplace(program, devices, extent);
  if (profile && !plan_only) executor->prepare_to_measure();
  for (const Devices::Member& m : devices.members()) m.engine->save_code();
  stats.prepare_ns += ns_since(start);
  input_set.assign(inputs.size(), false);
  inputs_missing = inputs.size();
}

void Prepared::log_itself() const {
  log(LogLevel::info, "session: passes ", stats.optimize_ns / 1000000, " ms, zeros of weights ",
      stats.detect_ns / 1000000, " ms, choices ", stats.tune_ns / 1000000, " ms (", stats.from_database,
      " remembered, ", stats.tuned, " tuned, ", stats.estimated, " estimated, ", stats.measurements,
      " measurements), code and packing ", stats.prepare_ns / 1000000, " ms, all ", stats.create_ns / 1000000,
      " ms");
  log(LogLevel::info, "session: arena ", stats.arena_bytes, " bytes of ", stats.tensor_bytes,
      ", packed weights ", stats.packed_weight_bytes, ", on the device ",
      stats.device_arena_bytes + stats.device_weight_bytes, ", used from the model ",
      stats.model_weight_bytes, ", ", target.threads, " threads, accuracy ",
      kernels::accuracy_name(target.accuracy));
  const bool device = std::ranges::any_of(devices.members(), [](const Devices::Member& m) {
    return m.engine->space() == kernels::Space::device;
  });
  if (target.accuracy == kernels::Accuracy::half && !target.device.features.fp16 && !device)
    log(LogLevel::info, "session: accuracy half computes as default does: ", target.device.name, " with ",
        isa_name(target.device.isa), " has no 16-bit arithmetic");
}

void Prepared::require_executable(const char* what) const {
  if (plan_only)
    fail(Code::invalid_argument, "this session cannot ", what, ": it was made to plan only (plan_only)");
}

void Prepared::require_idle(const char* what) const {
  if (started) fail(Code::busy, "the session cannot ", what, ": a run was started and is not waited for yet");
}

void Prepared::require_inputs() const {
  if (inputs_missing == 0) return;
  const auto at = std::find(input_set.begin(), input_set.end(), false) - input_set.begin();
  const NamedDesc& port = inputs[static_cast<std::size_t>(at)];
  fail(Code::invalid_argument, "cannot run: input ", at, ", '", port.name, "' (", dtype_name(port.desc.dtype),
       " ", port.desc.shape.text(), "), was never set",
       inputs_missing > 1 ? cat("; nor were ", inputs_missing - 1, " more") : "");
}

// Where there is one plan for ever, the graph ends here: the plan holds what is needed, and the kernels their packed weights.
void Prepared::make_plan(const SessionOptions& options) {
  std::optional<tuner::TuningDb> own;
  tuner::TuningDb& db = platform->db ? *platform->db : own.emplace(options.database, true, options.seeds);
  program = make_program(*form->graph, {.devices = devices,
                                        .tuning = options.tuning,
                                        .db = db,
                                        .memory_limit = options.memory_limit,
                                        .weight_limit = options.weight_limit,
                                        .hints = form->hints,
                                        .zeros = form->zeros ? &*form->zeros : nullptr,
                                        .stock = platform->stock,
                                        .choose_ns = &stats.tune_ns,
                                        .detect_ns = &stats.detect_ns,
                                        .compile_ns = &stats.prepare_ns});
  if (platform->stock)
    form->zeros = plan.zeros;
  else
    form->graph.reset();
  db.flush();
  stats.rows_not_stored = static_cast<int>(db.rows_not_stored());
  stats.database_note = options.database_note.empty() ? db.trouble() : options.database_note;
}

// What the steps' times are compared with. Where nobody takes any, what the device was measured to do before is enough.
void Prepared::report_peaks() {
  std::map<kernels::Engine*, double> peaks;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    kernels::Engine& engine = *plan.choice_of(plan.steps[i]).engine;
    const auto& device = engine.target().device.accelerator;
    if (!device) continue;
    const auto [peak, fresh] = peaks.try_emplace(&engine, device->multiply_adds_per_ns);
    if (fresh && profile && !plan_only) peak->second = engine.measured_peak();
    reports[i].device_gflops = 2 * peak->second;
  }
}

void Prepared::report_steps() {
  for (const Step& step : plan.steps) {
    const Choice& choice = plan.choice_of(step);
    const bool sparse_code =
        choice.problem.attributes.has(kernels::kSparsityAttribute) && has_sparse_code(devices, choice);
    reports.push_back(report_of(
        plan, step, step.node < 0 ? RemovedChannels{} : form->removed[static_cast<std::size_t>(step.node)],
        sparse_code));
    stats.macs += reports.back().macs;
    stats.unpruned_macs += reports.back().unpruned_macs;
    stats.kept_macs += reports.back().kept_macs;
  }
}

void Prepared::count(const SessionOptions& options, Clock::time_point start) {
  std::set<std::string_view> problems;
  for (const Choice& choice : plan.choices) {
    if (!problems.insert(choice.text).second) continue;  // another way to compute the same
    const bool chosen = choice.source != Source::only_choice && choice.source != Source::forced;
    stats.problems += chosen;
    stats.from_database += choice.source == Source::database;
    stats.tuned += choice.source == Source::tuned;
    stats.estimated += choice.source == Source::estimate || choice.source == Source::near;
    stats.measurements += choice.measurements;
  }
  if (!options.database_note.empty() && stats.tuned > 0) {
    stats.rows_not_stored = stats.tuned;
    log(LogLevel::warning, "what was measured is not kept: ", options.database_note);
  }
  report_steps();
  report_peaks();
  stats.arena_bytes = static_cast<std::int64_t>(plan.all_arenas_bytes());
  stats.device_arena_bytes =
      static_cast<std::int64_t>(plan.arena_bytes[static_cast<std::size_t>(kernels::Space::device)]);
  stats.device_weight_bytes = static_cast<std::int64_t>(executor->device_packed_bytes());
  stats.tensor_bytes = static_cast<std::int64_t>(plan.tensor_bytes);
  stats.packed_weight_bytes = static_cast<std::int64_t>(executor->packed_bytes());
  stats.model_weight_bytes = static_cast<std::int64_t>(executor->shared_constant_bytes());
  stats.predicted_ns = std::llround(plan.predicted_ns);
  stats.code_bytes = static_cast<std::int64_t>(jit::code_bytes());
  stats.optimize_ns = form->optimize_ns;
  stats.create_ns = stats.optimize_ns + ns_since(start);
}

void Prepared::set_input(std::size_t index, std::span<const std::byte> bytes) {
  require_executable("take inputs");
  require_idle("take inputs");
  if (index >= inputs.size())
    fail(Code::invalid_argument, "there is no input ", index, "; the model has ", inputs.size());
  const NamedDesc& port = inputs[index];
  const std::size_t wanted = bytes_of(port);
  if (bytes.size() != wanted)
    fail(Code::invalid_argument, "input '", port.name, "' is ", dtype_name(port.desc.dtype), " ",
         port.desc.shape.text(), ": ", wanted, " bytes, not ", bytes.size());
  if (wanted) std::memcpy(executor->address(plan.inputs[index]), bytes.data(), wanted);
  if (!input_set[index]) --inputs_missing;
  input_set[index] = true;
}

void Prepared::start() {
  require_executable("run");
  require_idle("run");
  require_inputs();
  ran = false;
  if (profile)
    executor->run_measured();
  else
    executor->start();
  started = true;
}

void Prepared::wait() {
  if (!started) fail(Code::invalid_argument, "there is nothing to wait for: no run was started");
  started = false;
  if (!profile) executor->wait();
  ran = true;
}

const std::byte* Prepared::output(std::size_t index) const {
  if (!ran || index >= plan.outputs.size()) return nullptr;
  const PlanOutput& output = plan.outputs[index];
  return output.location.storage == kNoStorage ? output.constant.bytes().data()
                                               : executor->address(output.location);
}

void Prepared::sleep() {
  executor.reset();
  program.kernels.clear();
}

void Prepared::rest() {
  ran = false;
  input_set.assign(inputs.size(), false);
  inputs_missing = inputs.size();
  executor->let_go_of_memory();
}

void Prepared::wake() {
  program.kernels.clear();
  program.constants = kept;  // a copy of handles: where memory runs out below, a later call tries again
  compile_kernels(program);
  executor.emplace(program, devices);
  plan_only = false;
  kept.clear();
}

void Prepared::take_inputs(const Prepared& other) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (other.input_set[i])
      set_input(i, {other.executor->address(other.plan.inputs[i]), bytes_of(inputs[i])});
}

}  // namespace rt3d::runtime
