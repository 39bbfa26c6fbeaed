#include "runtime/prepared.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <set>

#include "base/clock.h"
#include "base/env.h"
#include "base/error.h"
#include "base/log.h"
#include "graph/model.h"
#include "graph/transformed_weights.h"
#include "jit/jit.h"
#include "kernels/conv_shape.h"
#include "runtime/planning/planner.h"
#include "runtime/running/onnx_compute.h"
#include "runtime/weights/transformed_check.h"

namespace rt3d::runtime {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kMaxThreads = 1024;

kernels::Target target_of(const SessionOptions& options) {
  if (options.threads < 0 || options.threads > kMaxThreads)
    fail(Code::invalid_argument, "threads must be 1 to ", kMaxThreads, ", or 0 for all cores, not ",
         options.threads);
  if (options.tuning.limit_ms < -1)
    fail(Code::invalid_argument, "the tuning limit must be at least 0 ms, or -1 for the default, not ",
         options.tuning.limit_ms);
  if (options.weight_limit < 0)
    fail(Code::invalid_argument, "the limit of packed weights must be positive, or 0 for the default, not ",
         options.weight_limit, " bytes");
  kernels::Target target;
  target.accuracy = options.accuracy;
  target.device = options.isa ? device_with(*options.isa) : this_device();
  target.threads = options.threads ? options.threads : usable_cores();
  return target;
}

std::vector<NamedDesc> ports_of(const graph::Graph& graph, const std::vector<graph::ValueId>& ids) {
  std::vector<NamedDesc> ports;
  ports.reserve(ids.size());
  for (graph::ValueId id : ids) ports.push_back({graph.value(id).name, graph.value(id).desc});
  return ports;
}

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
    : target(target_of(options)),
      pool(target.threads),
      devices(options.device, target, pool),
      device_text(devices.text()),
      profile(options.profile),
      plan_only(options.plan_only) {
  const auto start = Clock::now();
  std::filesystem::path programs = options.database;
  if (!programs.empty()) programs += ".programs";
  for (const Devices::Member& m : devices.members()) m.engine->keep_code_in(programs);
  optimize_and_plan(model, options);
  const auto prepare_start = Clock::now();
  if (weights == Weights::keep) kept = program.constants;
  executor.emplace(program, devices, options.plan_only ? Executor::Extent::plan : Executor::Extent::all);
  if (profile && !plan_only) executor->prepare_to_measure();
  for (const Devices::Member& m : devices.members()) m.engine->save_code();
  stats.prepare_ns += ns_since(prepare_start);
  input_set.assign(inputs.size(), false);
  inputs_missing = inputs.size();
  count(options, start);
  log_itself();
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

// The graph lives only here: afterwards the plan holds what is needed, and the kernels their packed weights.
void Prepared::optimize_and_plan(const graph::Graph& model, const SessionOptions& options) {
  auto start = Clock::now();
  graph::Graph graph = model;
  graph.number_nodes();
  const graph::Evaluator evaluate = reference_evaluator();
  graph::specialize(graph, options.input_shapes, evaluate);
  if (options.accuracy == kernels::Accuracy::exact) graph::drop_transformed_weights(graph);
  drop_unrelated_transformed_weights(graph);
  graph::optimize(graph, evaluate);
  stats.optimize_ns = ns_since(start);
  graph_text = graph::to_text(graph);
  removed = removed_channels(model, graph);
  inputs = ports_of(graph, graph.inputs);
  outputs = ports_of(graph, graph.outputs);
  tuner::TuningDb db(options.database);
  program = make_program(graph, {devices, options.tuning, db, options.memory_limit, options.weight_limit,
                                 SparsityHints(model), &stats.tune_ns, &stats.detect_ns, &stats.prepare_ns});
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
        plan, step, step.node < 0 ? RemovedChannels{} : removed[static_cast<std::size_t>(step.node)],
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
  stats.code_bytes = static_cast<std::int64_t>(jit::code_bytes());
  stats.create_ns = ns_since(start);
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
